import { Figures } from './statistics.ts'
import type { Connection } from './http/service-system.ts'
import { ServiceSystem } from './http/service-system.ts'
import { findLinearization } from './linearizability.ts'
import { describe } from './operation.ts'
import { runWorkload } from './workload.ts'

export interface CampaignOptions {
  /** Each has one history at a time. */
  connections: Connection[]
  /** Makes another connection like this one, on which nothing ever happened. */
  renew: (connection: Connection) => Promise<Connection>
  firstSeed: number
  /** Whether to make another history, after so many. */
  isWanted: (histories: number) => boolean
  onFailure: (report: string) => void
}

/** Makes histories of a running service, several at once, and checks each of them. */
export async function runCampaign({
  connections,
  renew,
  firstSeed,
  isWanted,
  onFailure,
}: CampaignOptions): Promise<Figures> {
  const figures = new Figures()
  let begun = 0
  await Promise.all(connections.map(work))
  return figures

  async function work(connection: Connection): Promise<void> {
    let system = new ServiceSystem(connection)
    await system.signIn()
    while (isWanted(begun)) {
      const seed = firstSeed + begun
      begun += 1
      const options = {
        clients: 4 + (seed % 3),
        operationsPerClient: 4,
        cutProbability: 0.05,
      }
      const history = await runWorkload(system, seed, options)
      const isLinearizable = findLinearization(history) !== undefined
      figures.add(history, isLinearizable)
      if (!isLinearizable) onFailure(`seed ${seed}: not linearizable\n${describe(history)}`)
      const unanswered = history.filter(({ succeeded }) => succeeded === undefined)
      const kinds = unanswered.map(({ operation: { kind } }) => kind)
      // It may have its effect at any time, which would be in the midst of the next history.
      const isRevokeAbroad = kinds.includes('revoke')
      if (isRevokeAbroad) system = new ServiceSystem(await renew(connection))
      const isBrowserLost = kinds.some((kind) => ['request', 'look', 'approve'].includes(kind))
      if (isRevokeAbroad || isBrowserLost) await system.signIn()
    }
  }
}
