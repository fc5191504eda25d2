import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main, runCli, SECRET } from './support/run-cli.ts'
import type { Finished } from './support/run-cli.ts'
import { startApi } from './support/api.ts'
import type { Api } from './support/api.ts'

const script = '/usr/bin/script'

let api: Api
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
  api = await startApi()
  const rows = Array.from({ length: 500 }, (_, index) => `o-1,member-${index},app-1\n`)
  const header = 'organization_id,member_id,connected_app_id\n'
  await writeFile(join(directory, 'targets.csv'), header + rows.join(''))
})

afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** Runs the command on a terminal, and types each text as soon as what it follows has been printed. */
function runOnTerminal(
  args: string,
  projectId: string,
  typed: readonly (readonly [after: string | RegExp, text: string | (() => Promise<string>)])[],
): Promise<{ code: number | null; screen: string }> {
  // `script` is the terminal; it has the size that stty says.
  const command = `stty cols 100 rows 30; exec '${process.execPath}' '${main}' ${args}`
  const child = spawn(script, ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: directory,
    env: {
      ...process.env,
      STYTCH_PROJECT_ID: projectId,
      STYTCH_SECRET: SECRET,
      CONNECTED_APPS_BASE_URL: api.url,
    },
  })
  let screen = ''
  const rest = [...typed]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    const [next] = rest
    if (next === undefined || screen.search(next[0]) === -1) return
    rest.shift()
    const [, keys] = next
    void Promise.resolve(typeof keys === 'string' ? keys : keys()).then((each) =>
      child.stdin.write(each),
    )
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, screen })))
}

describe.skipIf(!existsSync(script))('on a terminal (needs /usr/bin/script)', () => {
  test('a person who says no leaves no ledger behind, and nobody else can run it before', async () => {
    const args = 'revoke-all --targets targets.csv --ledger no.jsonl'
    let resumed: Finished | undefined
    const resumeAndDecline = async (): Promise<string> => {
      const env = { CONNECTED_APPS_BASE_URL: api.url }
      const resume = ['revoke-all', '--resume', 'no.jsonl', '--yes']
      resumed = await runCli(resume, { env, cwd: directory })
      return 'n\r'
    }
    const answers = [[/\[y\/N\]/, resumeAndDecline]] as const
    const { code, screen } = await runOnTerminal(args, 'project-test-1', answers)
    expect(resumed).toMatchObject({ code: 2 })
    expect(resumed?.error).toMatch(/no\.jsonl is in use by process \d+/)
    expect(screen).toContain('Plan      revoke 500 targets: 500 Members in 1 Organization\r\n')
    expect(screen).toContain('Nothing was sent.')
    expect(code).toBe(130)
    expect(await readdir(directory)).toEqual(['targets.csv'])
    expect(api.headers).toEqual([])
  })

  test('a list on standard input leaves the terminal for the question, and Ctrl-C can be resumed', async () => {
    const args = 'revoke-all --targets - --ledger yes.jsonl --rate 50 < targets.csv'
    const { code, screen } = await runOnTerminal(args, 'project-live-1', [
      [/type project-live-1: /, 'project-live-1\r'],
      [/█░+ \d+%, \d+ of 500, .+ per second/, '\u0003'],
    ])
    expect(screen).toContain('Interrupted: finishing what is in flight.')
    expect(screen).toContain('Resume with: connected-apps revoke-all --resume yes.jsonl\r\n')
    expect(code).toBe(130)
    expect(api.revokes.size).toBeGreaterThan(0)
    expect(api.revokes.size).toBeLessThan(500)
  })
})
