import { cpus } from 'node:os'
import type { LoadResult } from './http-load.ts'
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
  /** Revokes at 64 connections, of the Members of one Organization and of many. */
  spread: { organizations: number; one: LoadResult; many: LoadResult }
  introspections: LoadResult
  tokenCounts: TokenCountResult[]
  /** The maximum of the service's process. */
  residentBytes: number
  seconds: number
}

/**
 * Formats the results as tables, and says whether the targets are met. A missed target is not a
 * failure, since on a busy machine it is more often due to the measurement than to the service.
 */
export function report(results: BenchResults): string {
  const { revokes, spread, introspections, tokenCounts, residentBytes, seconds } = results
  const [one] = tokenCounts
  const last = tokenCounts.at(-1)
  const growth = (last?.revokeMs ?? Number.NaN) / (one?.revokeMs ?? Number.NaN)
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
    `revokes/s at 64 connections: ${spread.one.perSecond.toFixed(0)} in one Organization, ` +
      `${spread.many.perSecond.toFixed(0)} in ${spread.organizations}, each in a project of its own`,
    `introspections/s at 16 connections: ${introspections.perSecond.toFixed(0)}`,
    '',
    target(growth <= 1.2, `${growth.toFixed(2)} × at 1,000,000 tokens, at most 1.2 ×`),
    ...revokes.filter(({ connections }) => connections <= 16).map(targetOfShare),
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

function shareOf(service: LoadResult, bare: LoadResult): number {
  return service.perSecond / bare.perSecond
}

function target(isMet: boolean, text: string): string {
  return `${isMet ? 'met   ' : 'MISSED'}  ${text}`
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---:'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}
