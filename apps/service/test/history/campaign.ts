import { Statistics } from './statistics.ts'
import type { AppAuthorization } from './http/service-system.ts'
import { ServiceSystem } from './http/service-system.ts'
import { findLinearization } from './linearizability.ts'
import { describe } from './operation.ts'
import { runWorkload } from './workload.ts'

export interface CampaignOptions {
  /** Each of these has one history at a time. */
  authorizations: AppAuthorization[]
  /** Creates another authorization like this one, on which nothing has happened yet. */
  renew: (authorization: AppAuthorization) => Promise<AppAuthorization>
  /** Whether the service's reuse interval is longer than a history. Otherwise it has to be zero. */
  isRefreshRepeatable: boolean
  firstSeed: number
  /** Whether to record another history, given the number of histories so far. */
  shouldContinue: (histories: number) => boolean
  onFailure: (report: string) => void
}

/** Records histories of a running service, several at once, and checks each of them. */
export async function runCampaign({
  authorizations,
  renew,
  isRefreshRepeatable,
  firstSeed,
  shouldContinue,
  onFailure,
}: CampaignOptions): Promise<Statistics> {
  const statistics = new Statistics()
  let started = 0
  await Promise.all(authorizations.map(work))
  return statistics

  async function work(authorization: AppAuthorization): Promise<void> {
    let system = new ServiceSystem(authorization, isRefreshRepeatable)
    await system.signIn()
    while (shouldContinue(started)) {
      const seed = firstSeed + started
      started += 1
      const options = {
        clients: 4 + (seed % 3),
        operationsPerClient: 4,
        abortProbability: 0.05,
      }
      const history = await runWorkload(system, seed, options)
      const isLinearizable = findLinearization(history) !== undefined
      statistics.add(history, isLinearizable)
      if (!isLinearizable) onFailure(`seed ${seed}: not linearizable\n${describe(history)}`)
      const pending = history.filter(({ succeeded }) => succeeded === undefined)
      const kinds = pending.map(({ operation: { kind } }) => kind)
      // A pending revoke may take effect at any time, and so in the middle of the next history.
      const isRevokePending = kinds.includes('revoke')
      if (isRevokePending)
        system = new ServiceSystem(await renew(authorization), isRefreshRepeatable)
      const isBrowserLost = kinds.some((kind) => ['request', 'reload', 'approve'].includes(kind))
      if (isRevokePending || isBrowserLost) await system.signIn()
    }
  }
}
