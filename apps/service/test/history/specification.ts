import type { Operation } from './operation.ts'

/** All that there is to know about one connection, if one thing happens after the other. */
export interface State {
  /** Grants that are alive. */
  live: ReadonlySet<string>
  /** Consent pages whose approval would count. */
  open: ReadonlySet<string>
  /** Codes and refresh tokens that were used up, and access tokens that were given back. */
  spent: ReadonlySet<string>
}

export const initialState: State = { live: new Set(), open: new Set(), spent: new Set() }

/**
 * The sequential specification: what an operation brings, and the state that it leaves behind.
 */
export function step(state: State, operation: Operation): { succeeds: boolean; next: State } {
  const { live, open, spent } = state
  switch (operation.kind) {
    case 'request': {
      const { remembered, page } = operation
      if (remembered !== undefined && live.has(remembered)) return yes(state)
      return no({ ...state, open: plus(open, page) })
    }
    case 'look':
      return open.has(operation.page) ? yes(state) : no(state)
    case 'approve': {
      if (!open.has(operation.page)) return no(state)
      return yes({
        live: plus(live, operation.grant),
        open: minus(open, operation.page),
        spent,
      })
    }
    case 'exchange':
    case 'refresh': {
      const { token, grant } = operation
      if (!live.has(grant)) return no(state)
      // A replay ends the grant (RFC 9700, sections 2.1.1 and 4.14.2).
      if (spent.has(token)) return no({ ...state, live: minus(live, grant) })
      if (operation.kind === 'refresh' && !operation.rotates) return yes(state)
      return yes({ ...state, spent: plus(spent, token) })
    }
    case 'introspect':
      return live.has(operation.grant) && !spent.has(operation.token) ? yes(state) : no(state)
    case 'discard':
      return yes({ ...state, spent: plus(spent, operation.token) })
    case 'end':
      return yes({ ...state, live: minus(live, operation.grant) })
    case 'revoke':
      break
  }
  return yes({ ...state, live: new Set(), open: new Set() })
}

function yes(next: State) {
  return { succeeds: true, next }
}

function no(next: State) {
  return { succeeds: false, next }
}

function plus(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names, name])
}

function minus(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((each) => each !== name))
}

/** The same text for the same state. */
export function keyOf({ live, open, spent }: State): string {
  return [live, open, spent].map((names) => [...names].toSorted().join()).join(';')
}
