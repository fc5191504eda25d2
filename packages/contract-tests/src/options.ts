import type { ReceivedResponse, Status } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'

/** What a target offers: a `mock` answers to `Prefer: code=…, example=…`, a `remote` only to what is true. */
export type Profile = 'mock' | 'remote'

/**
 * Brings the target into a state, sends the revoke there, and hands back the answer.
 *
 * @example
 * const beyondTheLimit: Provoke = async ({ send }) => {
 *   let answer = await send()
 *   for (let sent = 1; answer.status !== 429 && sent < 1000; sent += 1) answer = await send()
 *   return answer
 * }
 */
export type Provoke = (attempt: {
  /** Sends a well-formed revoke with the ids and credentials of the run. */
  send: () => Promise<ReceivedResponse>
}) => Promise<ReceivedResponse>

/** What a run of the contract is told. */
export interface ContractOptions {
  /** The target's base URL; the contract's path is added to it. */
  url: string
  projectId: string
  /** Never printed. */
  secret: string
  /** Whose access is revoked, for real. Default: the contract's example. */
  organizationId?: string | undefined
  /** Default: the contract's example. */
  memberId?: string | undefined
  /** Default: the contract's example. */
  connectedAppId?: string | undefined
  /** A session that may revoke. Never printed. */
  sessionToken?: string | undefined
  /** A session that may revoke, as a JWT. Never printed. */
  sessionJwt?: string | undefined
  /** A session whose roles do not hold the permission, for 403. Never printed. */
  sessionTokenWithoutPermission?: string | undefined
  /** A session of another Organization, for 403. Never printed. */
  sessionTokenOfOtherOrganization?: string | undefined
  /** Default `auto`: `mock` where one harmless probe is answered as `Prefer` asks, else `remote`. */
  profile?: Profile | 'auto' | undefined
  /** How to bring the target to answers that no request brings about, by the name of the example. */
  provoke?: Partial<Record<ExampleName, Provoke>> | undefined
  /** Statuses that must have been provoked, or the run has failed. Default: none. */
  require?: readonly Status[] | 'all' | undefined
  /** For each request, body included, in milliseconds. Default: 10,000. */
  timeoutMs?: number | undefined
}
