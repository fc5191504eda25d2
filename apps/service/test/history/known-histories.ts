import type { Call, Operation } from './operation.ts'

/** `'1-4 yes'`: invoked at 1, completed at 4, succeeded. `'1- ?'`: never completed. */
type When = `${number}-${number} ${'yes' | 'no'}` | `${number}- ?`

interface KnownHistory {
  title: string
  history: Call[]
}

const grant = 'g1'
const revoke: Operation = { kind: 'revoke' }
const request: Operation = { kind: 'request', page: 'p1', remembered: undefined }
const approve: Operation = { kind: 'approve', page: 'p1', grant }
const exchange: Operation = { kind: 'exchange', token: 'c1', grant }
const ofRefresh = { kind: 'refresh', token: 'r1', grant } as const
const refresh: Operation = { ...ofRefresh, rotates: true, isRepeatable: false }
const repeatRefresh: Operation = { ...ofRefresh, rotates: true, isRepeatable: true }
const keepRefreshing: Operation = { ...ofRefresh, rotates: false, isRepeatable: false }
const end: Operation = { kind: 'revokeRefreshToken', token: 'r1', grant }
const discard: Operation = { kind: 'revokeAccessToken', token: 'a1', grant }
const reload: Operation = { kind: 'reload', page: 'p1' }

function introspect(token: string): Operation {
  return { kind: 'introspect', token, grant }
}

/** A history that begins with an approved consent (from 0 to 3). */
function known(title: string, ...calls: [When, Operation][]): KnownHistory {
  const flow: [When, Operation][] = [
    ['0-1 no', request],
    ['2-3 yes', approve],
  ]
  return { title, history: [...flow, ...calls].map(([when, operation]) => callOf(when, operation)) }
}

function callOf(when: When, operation: Operation): Call {
  const [times = '', outcome] = when.split(' ')
  const [invokedAt, completedAt] = times.split('-')
  return {
    operation,
    client: 'client',
    invokedAt: Number(invokedAt),
    completedAt: completedAt === '' ? Infinity : Number(completedAt),
    succeeded: outcome === '?' ? undefined : outcome === 'yes',
    produced: [],
  }
}

export const goodHistories: KnownHistory[] = [
  known('operations one after the other', ['5-6 yes', exchange], ['7-8 yes', introspect('a1')]),
  known(
    'a token that is inactive after a revoke',
    ['5-6 yes', exchange],
    ['7-8 yes', revoke],
    ['9-10 no', introspect('a1')],
    ['11-12 no', refresh],
  ),
  known(
    'a token that is still active during a revoke',
    ['5-6 yes', exchange],
    ['7-20 yes', revoke],
    ['8-9 yes', introspect('a1')],
    ['10-11 no', introspect('a1')],
  ),
  known(
    'an exchange that outlasts a revoke, and issues inactive tokens',
    ['5-20 yes', exchange],
    ['6-7 yes', revoke],
    ['21-22 no', introspect('a1')],
  ),
  known('two exchanges of which one wins', ['5-10 yes', exchange], ['5-10 no', exchange]),
  known(
    'a replay that ends the grant',
    ['5-6 yes', exchange],
    ['7-8 no', exchange],
    ['9-10 no', introspect('a1')],
  ),
  known(
    'a revoke without a response that took effect',
    ['5-6 yes', exchange],
    ['7- ?', revoke],
    ['9-10 no', introspect('a1')],
  ),
  known(
    'a revoke without a response that took effect late',
    ['5-6 yes', exchange],
    ['7- ?', revoke],
    ['9-10 yes', introspect('a1')],
    ['11-12 no', introspect('a1')],
  ),
  known(
    'a revoke without a response that never took effect',
    ['5-6 yes', exchange],
    ['7- ?', revoke],
    ['9-10 yes', introspect('a1')],
  ),
  known(
    'a refresh token that does not rotate',
    ['5-6 yes', keepRefreshing],
    ['7-8 yes', keepRefreshing],
  ),
  known(
    'refreshes that may be repeated, until a revoke',
    ['5-10 yes', repeatRefresh],
    ['5-10 yes', repeatRefresh],
    ['11-12 no', introspect('r1')],
    ['13-14 yes', repeatRefresh],
    ['15-16 yes', introspect('a1')],
    ['17-18 yes', revoke],
    ['19-20 no', repeatRefresh],
  ),
]

export const badHistories: KnownHistory[] = [
  known(
    'a token that is active after a revoke',
    ['5-6 yes', exchange],
    ['7-8 yes', revoke],
    ['9-10 yes', introspect('a1')],
  ),
  known(
    'a token that becomes active again during a revoke',
    ['5-6 yes', exchange],
    ['7-20 yes', revoke],
    ['8-9 no', introspect('a1')],
    ['10-11 yes', introspect('a1')],
  ),
  known('a refresh after a revoke', ['5-6 yes', revoke], ['7-8 yes', refresh]),
  known('a code that is exchanged after a revoke', ['5-6 yes', revoke], ['7-8 yes', exchange]),
  known(
    'an exchange that outlasts a revoke, and issues an active token',
    ['5-20 yes', exchange],
    ['6-7 yes', revoke],
    ['21-22 yes', introspect('a1')],
  ),
  known('two exchanges that both win', ['5-10 yes', exchange], ['5-10 yes', exchange]),
  known('two refreshes that both win', ['5-10 yes', refresh], ['5-10 yes', refresh]),
  known(
    'a refresh that is repeated after a revoke',
    ['5-6 yes', repeatRefresh],
    ['7-8 yes', revoke],
    ['9-10 yes', repeatRefresh],
  ),
  known(
    'a repeated refresh that ends the grant, although it may be repeated',
    ['5-6 yes', repeatRefresh],
    ['7-8 no', repeatRefresh],
    ['9-10 yes', revoke],
  ),
  known('two exchanges that both lose', ['5-10 no', exchange], ['5-10 no', exchange]),
  known(
    'a token that outlives the replay of its code',
    ['5-6 yes', exchange],
    ['7-8 no', exchange],
    ['9-10 yes', introspect('a1')],
  ),
  known(
    'a token that ends for no reason',
    ['5-6 yes', exchange],
    ['7-8 no', introspect('a1')],
    ['9-10 yes', revoke],
  ),
  known(
    'an access token that outlives its refresh token for a moment',
    ['5-20 yes', end],
    ['6-7 no', introspect('r1')],
    ['8-9 yes', introspect('a1')],
  ),
  known(
    'an access token that is active after it was revoked',
    ['5-6 yes', discard],
    ['7-8 yes', introspect('a1')],
  ),
  known(
    'a revoke without a response whose effect comes and goes',
    ['5- ?', revoke],
    ['6-7 no', introspect('a1')],
    ['8-9 yes', introspect('a1')],
  ),
  {
    title: 'a page that was opened before a revoke and approved after it',
    history: [callOf('0-1 no', request), callOf('2-3 yes', revoke), callOf('4-5 yes', approve)],
  },
  {
    title: 'a page that is still open after a revoke',
    history: [callOf('0-1 no', request), callOf('2-3 yes', revoke), callOf('4-5 yes', reload)],
  },
]
