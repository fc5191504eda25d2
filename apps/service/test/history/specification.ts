import type { Operation } from './operation.ts'

/** The whole state of one authorization, if operations don't overlap. */
export interface State {
  /** The active grants. */
  active: ReadonlySet<string>
  /** Consent pages whose approval would create a grant. */
  open: ReadonlySet<string>
  /** Codes and refresh tokens that were consumed, and access tokens that were revoked. */
  consumed: ReadonlySet<string>
}

export const initialState: State = { active: new Set(), open: new Set(), consumed: new Set() }

/**
 * The sequential specification: whether an operation succeeds, and the state after it.
 */
export function step(state: State, operation: Operation): { succeeds: boolean; next: State } {
  const { active, open, consumed } = state
  switch (operation.kind) {
    case 'request': {
      const { remembered, page } = operation
      if (remembered !== undefined && active.has(remembered)) return yes(state)
      return no({ ...state, open: plus(open, page) })
    }
    case 'reload':
      return open.has(operation.page) ? yes(state) : no(state)
    case 'approve': {
      if (!open.has(operation.page)) return no(state)
      return yes({
        active: plus(active, operation.grant),
        open: minus(open, operation.page),
        consumed,
      })
    }
    case 'exchange':
    case 'refresh': {
      const { token, grant } = operation
      if (!active.has(grant)) return no(state)
      if (operation.kind === 'refresh' && !operation.rotates) return yes(state)
      if (!consumed.has(token)) return yes({ ...state, consumed: plus(consumed, token) })
      if (operation.kind === 'refresh' && operation.isRepeatable) return yes(state)
      // A replay ends the grant (RFC 9700, sections 2.1.1 and 4.14.2).
      return no({ ...state, active: minus(active, grant) })
    }
    case 'introspect':
      return active.has(operation.grant) && !consumed.has(operation.token) ? yes(state) : no(state)
    case 'revokeAccessToken':
      return yes({ ...state, consumed: plus(consumed, operation.token) })
    case 'revokeRefreshToken':
      return yes({ ...state, active: minus(active, operation.grant) })
    case 'revoke':
      break
  }
  return yes({ ...state, active: new Set(), open: new Set() })
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

/** Equal states have equal keys. */
export function keyOf({ active, open, consumed }: State): string {
  return [active, open, consumed].map((names) => [...names].toSorted().join()).join(';')
}
