import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Target } from '../../src/index.ts'
import { readLedger } from '../../src/ledger/read-ledger.ts'
import { keyOf, startApi } from './api.ts'
import type { Api } from './api.ts'
import { runCli, SESSION, startCli } from './run-cli.ts'
import type { Finished, Running } from './run-cli.ts'

export const app = 'connected-app-test-1'

/** An API, and a directory in which the command runs against it, for the tests of a file. */
export class CommandTest {
  api!: Api // beforeAll sets it
  directory!: string // so does beforeAll

  constructor() {
    beforeAll(async () => {
      this.directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
      this.api = await startApi()
    })
    afterEach(() => {
      this.api.respondWith = () => undefined
      this.api.connected.clear()
      this.api.revokes.clear()
    })
    afterAll(async () => {
      await this.api[Symbol.asyncDispose]()
      await rm(this.directory, { recursive: true })
    })
  }

  /** The variables of the command. */
  get env(): Record<string, string> {
    return { CONNECTED_APPS_BASE_URL: this.api.url, CONNECTED_APPS_SESSION_TOKEN: SESSION }
  }

  /** Runs `connected-apps revoke-all`. */
  revokeAll(args: readonly string[], input?: string): Promise<Finished> {
    return this.startRevokeAll(args, input).finished
  }

  startRevokeAll(args: readonly string[], input = ''): Running {
    return startCli(['revoke-all', ...args], { env: this.env, input, cwd: this.directory })
  }

  /** Runs `connected-apps`. */
  run(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Finished> {
    return runCli(args, { env: { ...this.env, ...env }, cwd: this.directory, input })
  }

  /** Connects Members at the API. */
  connect(count: number): ReturnType<typeof targets> {
    const all = targets(count)
    for (const target of all) this.api.connected.add(keyOf(target))
    return all
  }

  async lastRecord(ledger: string): Promise<object | undefined> {
    let last: object | undefined
    for await (const record of readLedger(join(this.directory, ledger))) last = record
    return last
  }
}

/** So many targets, in three Organizations. */
export function targets(count: number): [Target, Target, Target, ...Target[]] {
  const all = Array.from({ length: count }, (_, index) => ({
    organization_id: `organization-${index % 3}`,
    member_id: `member-${index}`,
    connected_app_id: app,
  }))
  return all as [Target, Target, Target, ...Target[]] // the tests take no more than there are
}

export function csvOf(list: readonly Target[]): string {
  const rows = list.map(({ organization_id, member_id, connected_app_id }) =>
    [organization_id, member_id, connected_app_id].join(','),
  )
  return `organization_id,member_id,connected_app_id\n${rows.map((row) => `${row}\n`).join('')}`
}

/** Waits until a command has printed so many lines. */
export async function linesOf({ process: child }: Running, count: number): Promise<void> {
  let seen = 0
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve) => {
    lines.on('line', () => {
      seen += 1
      if (seen === count) resolve()
    })
  })
}

/** A line of JSON. */
export function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown> // every line is an object
}
