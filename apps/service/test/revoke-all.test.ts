import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runUntilKilled } from '../../../scripts/run-until-killed.ts'
import { bucketOf } from '../src/bucket.ts'
import { Random } from './history/random.ts'
import { useService } from './support/service.ts'

const KILLS = process.env['SOAK'] === 'true' ? 100 : 10
const TARGETS = 60 * KILLS
const MAX_LINES_BEFORE_KILL = 80

const test = useService()
const command = fileURLToPath(new URL('cli/main.js', import.meta.resolve('@connected-apps/cli')))

interface Outcome {
  ordinal: number
  result: string
  request_id: string
}

it(
  'no target whose revoke was acknowledged is sent again, skipped or lost, however often revoke-all is killed',
  async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'revoke-all-'))
    const ledger = join(directory.path, 'incident.jsonl')
    const list = join(directory.path, 'targets.csv')
    await writeFile(list, await addTargets())
    const seed = Date.now()
    const random = new Random(seed)
    const start = ['--targets', list, '--ledger', ledger]
    const printed: Outcome[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      // The first process lives until it has printed a line, so that there is a plan to resume.
      const lines = Math.max(kill === 0 ? 1 : 0, random.below(MAX_LINES_BEFORE_KILL))
      const run = await revokeAll(kill === 0 ? start : ['--resume', ledger], lines)
      printed.push(...outcomesOf(run.lines))
    }
    const last = await revokeAll(['--resume', ledger], undefined)
    expect(last, `the seed of the kills was ${seed}`).toMatchObject({ exitCode: 0 })
    printed.push(...outcomesOf(last.lines))

    const onDisk = outcomesOf((await readFile(ledger, 'utf8')).trimEnd().split('\n'))
    const requests = await readAudit()
    process.stdout.write(
      `kills: ${KILLS}, seed ${seed}, targets: ${TARGETS}, requests: ${requests.length}, outcomes that a process had printed: ${printed.length}\n`,
    )
    // One outcome for each target: none is skipped or lost, and none is sent again once it is on disk.
    expect(onDisk.map(({ ordinal }) => ordinal).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: TARGETS }, (_, ordinal) => ordinal),
    )
    // What a process printed was on disk.
    const byOrdinal = new Map(onDisk.map(({ ordinal, request_id }) => [ordinal, request_id]))
    expect(printed.map(({ ordinal }) => byOrdinal.get(ordinal))).toEqual(
      printed.map(({ request_id }) => request_id),
    )
    expect(new Set(printed.map(({ ordinal }) => ordinal)).size).toBe(printed.length)
    // A request after the acknowledged one would be the last that the service has of the target.
    const lastOf = new Map(requests.map(({ member_id, request_id }) => [member_id, request_id]))
    expect([...lastOf.keys()].toSorted()).toEqual([...memberIds()].toSorted())
    expect([...lastOf.values()].toSorted()).toEqual([...byOrdinal.values()].toSorted())
  },
  KILLS * 20_000,
)

function revokeAll(args: string[], killAfterLines: number | undefined) {
  return runUntilKilled(
    process.execPath,
    [command, 'revoke-all', ...args, '--yes', '--json', '--quiet', '--rate', '100000'],
    killAfterLines,
    {
      STYTCH_PROJECT_ID: test.tenant.projectId,
      STYTCH_SECRET: test.tenant.secret,
      CONNECTED_APPS_BASE_URL: test.service.url,
    },
  )
}

function memberIds(): string[] {
  return Array.from({ length: TARGETS }, (_, ordinal) => `member-test-of-list-${ordinal}`)
}

/** Adds Members with access to one app. @returns their list */
async function addTargets(): Promise<string> {
  const { organizationId, publicAppId } = test.tenant
  const ids = memberIds()
  const values = [bucketOf(organizationId), organizationId, ids]
  const { pool } = test.database
  await pool.query(
    "INSERT INTO members (bucket, organization_id, member_id, name) SELECT $1, $2, unnest($3::text[]), 'Ada'",
    values,
  )
  await pool.query('INSERT INTO app_authorizations SELECT $1, $2, unnest($3::text[]), $4', [
    ...values,
    publicAppId,
  ])
  const rows = ids.map((memberId) => `${organizationId},${memberId},${publicAppId}\n`)
  return `organization_id,member_id,connected_app_id\n${rows.join('')}`
}

/** The revokes that the service has applied, in order. */
async function readAudit(): Promise<{ member_id: string; request_id: string }[]> {
  const { rows } = await test.database.pool.query<{ member_id: string; request_id: string }>(
    "SELECT member_id, request_id FROM audit_log WHERE action = 'revokeConnectedApp' ORDER BY audit_id",
  )
  return rows
}

/** The outcomes among the lines of a ledger or of `--json`; a killed process may leave a part of one. */
function outcomesOf(lines: readonly string[]): Outcome[] {
  return lines.flatMap((line) => {
    if (!line.includes('"result":') || !line.endsWith('}')) return []
    const { ordinal, result, request_id }: Outcome = JSON.parse(line)
    return result === undefined ? [] : [{ ordinal, result, request_id }]
  })
}
