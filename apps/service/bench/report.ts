import { cpus } from 'node:os'
import type { LoadResult } from './load.ts'
import type { PaceResult } from './pace.ts'
import type { TokenCountResult } from './token-counts.ts'

export interface BenchResults {
  revokes: {
    connections: number
    service: LoadResult
    /** UPDATE and INSERT in a transaction. */
    transaction: LoadResult
    /** Both in one statement. */
    statement: LoadResult
  }[]
  /**
   * Revokes at 64 connections, of the Members of one Organization and of many. Their batches may have
   * any buckets; or one bucket each, as on Citus.
   */
  spread: {
    organizations: number
    one: LoadResult
    many: LoadResult
    oneRouted: LoadResult
    manyRouted: LoadResult
  }
  /** At 16 connections. */
  introspections: {
    /** As a resource server. */
    service: LoadResult
    /** oidc-provider's own, as a Connected App. */
    provider: LoadResult
    /** The join of one token, through the driver alone. */
    join: LoadResult
  }
  tokenCounts: TokenCountResult[]
  /** Of `revokeAll` of packages/cli, alone, against the service's rate limit. */
  pace: PaceResult
  /** The maximum of the service's process. */
  residentBytes: number
  seconds: number
}

/**
 * Formats the results as tables, and says whether the targets are met. A missed target is not a
 * failure, since on a busy machine it is more often due to the measurement than to the service.
 */
export function report(results: BenchResults): string {
  const { revokes, spread, introspections, tokenCounts, pace, residentBytes, seconds } = results
  const [one] = tokenCounts
  const last = tokenCounts.at(-1)
  const growth = (last?.revokeMs ?? Number.NaN) / (one?.revokeMs ?? Number.NaN)
  const timesProvider = shareOf(introspections.service, introspections.provider)
  const ours = introspections.service.cpuUs
  const theirs = introspections.provider.cpuUs
  const timesServerCpu = theirs.server / ours.server
  const timesCpu = (theirs.server + theirs.postgres) / (ours.server + ours.postgres)
  const shareOfJoin = shareOf(introspections.service, introspections.join)
  const megabytes = residentBytes / 1e6
  return [
    `${cpus().length} cores, shared by PostgreSQL, the service and the load; ${Math.round(seconds)} s`,
    '',
    ...table(
      [
        'connections',
        'revokes/s over HTTP',
        'p50 ms',
        'p99 ms',
        'bare UPDATE + INSERT /s',
        'share',
        'the same in one statement /s',
        'share',
      ],
      revokes.map(({ connections, service, transaction, statement }) => [
        String(connections),
        service.perSecond.toFixed(0),
        service.p50Ms.toFixed(1),
        service.p99Ms.toFixed(1),
        transaction.perSecond.toFixed(0),
        shareOf(service, transaction).toFixed(2),
        statement.perSecond.toFixed(0),
        shareOf(service, statement).toFixed(2),
      ]),
    ),
    '',
    ...table(
      ['tokens under the grant', 'revoke over HTTP, ms', "oidc-provider's, ms", 'one DELETE, ms'],
      tokenCounts.map(({ tokens, revokeMs, providerMs, deleteMs }) => [
        tokens.toLocaleString('en'),
        revokeMs.toFixed(2),
        providerMs.toFixed(2),
        deleteMs.toFixed(2),
      ]),
    ),
    '',
    ...table(
      ['revokes/s at 64 connections', 'in one Organization', `in ${spread.organizations}`],
      [
        ['batches of any buckets', perSecond(spread.one), perSecond(spread.many)],
        ['as on Citus', perSecond(spread.oneRouted), perSecond(spread.manyRouted)],
      ],
    ),
    '',
    ...table(
      [
        'introspections/s at 16 connections',
        'p50 ms',
        'p99 ms',
        "oidc-provider's own /s",
        'ratio',
        'bare join /s',
        'share',
      ],
      [
        [
          introspections.service.perSecond.toFixed(0),
          introspections.service.p50Ms.toFixed(1),
          introspections.service.p99Ms.toFixed(1),
          introspections.provider.perSecond.toFixed(0),
          timesProvider.toFixed(1),
          introspections.join.perSecond.toFixed(0),
          shareOfJoin.toFixed(2),
        ],
      ],
    ),
    '',
    ...table(
      ['CPU per call, µs', 'server', 'PostgreSQL', 'load', 'sum'],
      [
        ['introspection', introspections.service] as const,
        ["oidc-provider's", introspections.provider] as const,
        ['bare join', introspections.join] as const,
        ...revokes.flatMap(({ connections, service, transaction, statement }) => [
          [`revoke, connections: ${connections}`, service] as const,
          [`bare UPDATE + INSERT, connections: ${connections}`, transaction] as const,
          [`both in one statement, connections: ${connections}`, statement] as const,
        ]),
      ].map(([name, { cpuUs }]) => [
        name,
        ...[cpuUs.server, cpuUs.postgres, cpuUs.load, sumOf(cpuUs)].map((us) => us.toFixed(0)),
      ]),
    ),
    '',
    target(growth <= 1.2, `${growth.toFixed(2)} × at 1,000,000 tokens, at most 1.2 ×`),
    ...revokes.filter(({ connections }) => connections <= 16).map(targetOfShare),
    target(
      timesProvider >= 6,
      `${timesProvider.toFixed(1)} × the introspections of oidc-provider, at least 6 ×; ` +
        `by CPU ${timesCpu.toFixed(1)} × without the load, ${timesServerCpu.toFixed(1)} × of the server alone`,
    ),
    target(shareOfJoin >= 1 / 3, `${shareOfJoin.toFixed(2)} of the bare join, at least 0.33`),
    target(
      pace.perSecond >= 0.95 * pace.limitPerSecond && pace.limitedPart < 0.01,
      `revokeAll uses ${((100 * pace.perSecond) / pace.limitPerSecond).toFixed(1)} % of a limit of ` +
        `${pace.limitPerSecond}/s with ${(100 * pace.limitedPart).toFixed(2)} % of 429s, at least 95 % with less than 1 % ` +
        `(the machine: ${pace.machinePerSecond.toFixed(0)}/s at a given rate of ${pace.limitPerSecond}/s, without a limit)`,
    ),
    target(megabytes < 200, `${megabytes.toFixed(0)} MB resident, less than 200 MB`),
    '',
  ].join('\n')
}

function targetOfShare({
  connections,
  service,
  transaction,
  statement,
}: BenchResults['revokes'][number]): string {
  const share = shareOf(service, transaction)
  return target(
    share >= 0.5,
    `${share.toFixed(2)} of the bare UPDATE + INSERT at ${connections} ` +
      `${connections === 1 ? 'connection' : 'connections'}, at least 0.5 ` +
      `(${shareOf(service, statement).toFixed(2)} of both in one statement)`,
  )
}

function sumOf({ server, postgres, load }: LoadResult['cpuUs']): number {
  return server + postgres + load
}

function perSecond(result: LoadResult): string {
  return result.perSecond.toFixed(0)
}

function shareOf(service: LoadResult, bare: LoadResult): number {
  return service.perSecond / bare.perSecond
}

function target(isMet: boolean, text: string): string {
  return `${isMet ? 'met   ' : 'MISSED'}  ${text}`
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---:'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}
