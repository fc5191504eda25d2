import { contract } from '@connected-apps/contract/operations'
import { InvalidArgumentError, createCommand, runCommand } from '@connected-apps/node-http/command'
import { Pool } from 'pg'
import { watchMemory } from '../bench/memory.ts'
import { startEmbeddedPostgres } from '../src/postgres/embedded/start.ts'
import { runCampaign } from '../test/history/campaign.ts'
import {
  addAuthorizationLike,
  addAppAuthorizations,
} from '../test/history/http/app-authorizations.ts'
import { startTwoInstances } from '../test/support/service-process.ts'
import { revokeUnderNoise } from './replica.ts'

const maxResidentMegabytes = 200

const command = createCommand({
  name: 'soak',
  version: `contract ${contract.version}`,
  description:
    'Runs authorization flows and revokes, and checks that each history is linearizable. Before that, checks that a read replica that revokes wait for calls no revoked token active.',
})
  .option('--minutes <NUMBER>', 'how long', parseMinutes, 10)
  .action(({ minutes }: { minutes: number }) => soak(minutes))
await runCommand(command)

async function soak(minutes: number): Promise<void> {
  await soakReplica()
  await soakHistories(minutes)
}

async function soakReplica(): Promise<void> {
  const waiting = await revokeUnderNoise('remote_apply')
  // Without the wait for the replica, this has to find active tokens, or the first run would prove nothing.
  const unsynchronized = await revokeUnderNoise('on')
  for (const [commit, { active, fromReplica }] of Object.entries({
    remote_apply: waiting,
    on: unsynchronized,
  })) {
    process.stdout.write(
      `replica, revokes at ${commit}: ${active} active after a 200; ${fromReplica} read from it\n`,
    )
  }
  if (waiting.active > 0 || waiting.fromReplica === 0 || unsynchronized.active === 0)
    process.exitCode = 1
}

async function soakHistories(minutes: number): Promise<void> {
  const postgres = await startEmbeddedPostgres()
  const pool = new Pool({ connectionString: postgres.url })
  // A connection that is still closing when PostgreSQL stops reports an error, which has no other listener.
  pool.on('error', () => undefined)
  const [one, two] = await startTwoInstances({
    databaseUrl: postgres.url,
    build: 'dist',
    log: 'ignore',
    environment: { LOG_LEVEL: 'info', REFRESH_REUSE_SECONDS: '3600' },
  })
  const memories = [one, two].map(watchMemory)
  const firstSeed = Date.now() % 2 ** 31
  const endAt = performance.now() + minutes * 60_000
  let lastMinute = 0

  const statistics = await runCampaign({
    authorizations: [
      ...(await addAppAuthorizations(pool, [one.url], 2)),
      ...(await addAppAuthorizations(pool, [one.url, two.url], 2)),
    ],
    renew: (authorization) => addAuthorizationLike(pool, authorization),
    isRefreshRepeatable: true,
    firstSeed,
    shouldContinue(histories) {
      const minute = Math.floor(minutes - (endAt - performance.now()) / 60_000)
      if (minute > lastMinute) {
        lastMinute = minute
        process.stdout.write(`after ${minute} min: ${histories} histories\n`)
      }
      return performance.now() < endAt
    },
    onFailure: (failure) => process.stdout.write(`${failure}\n`),
  })
  const residents = await Promise.all(memories.map((memory) => memory.stop()))
  const megabytes = Math.max(...residents) / 1e6
  process.stdout.write(`${statistics.toString()}\nresident: ${megabytes.toFixed(0)} MB at most\n`)
  for (const failure of statistics.failures.slice(0, 10)) process.stdout.write(`${failure}\n`)
  const isPassed = statistics.notLinearizable === 0 && statistics.failures.length === 0
  if (!isPassed || megabytes >= maxResidentMegabytes) process.exitCode = 1

  await Promise.all([one.stop(), two.stop()])
  await pool.end()
  await postgres.stop()
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (minutes > 0 && Number.isFinite(minutes)) return minutes
  throw new InvalidArgumentError('must be a number above 0')
}
