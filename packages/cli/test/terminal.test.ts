import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMAND } from '../src/command.ts'
import { main, runCli, SECRET } from './support/run-cli.ts'
import type { Finished } from './support/run-cli.ts'
import { renderScreen } from './support/screen.ts'
import { startApi } from './support/api.ts'
import type { Api } from './support/api.ts'
import { serve } from './support/serve.ts'

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

/** Typed on a terminal, closes it. */
const CLOSE = 'close the terminal'

/**
 * Runs the command on a terminal, and types each text, sends each signal, or closes the terminal, as
 * soon as what it follows has been printed.
 */
function runOnTerminal(
  args: string,
  projectId: string,
  typed: readonly (readonly [after: RegExp, text: string | (() => Promise<string>)])[],
  { typedAhead = '', nodeOptions = '' } = {},
): Promise<{ code: number | null; screen: string }> {
  // `script` is the terminal; it has the size that stty says.
  const node = `'${process.execPath}' ${nodeOptions}`
  const command = `stty cols 100 rows 30; echo pid $$; exec ${node} '${main}' ${args}`
  const child = spawn(script, ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: directory,
    env: {
      ...process.env,
      STYTCH_PROJECT_ID: projectId,
      STYTCH_SECRET: SECRET,
      CONNECTED_APPS_BASE_URL: api.url,
    },
  })
  child.stdin.write(typedAhead)
  let screen = ''
  const rest = [...typed]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    const [next] = rest
    if (next === undefined || screen.search(next[0]) === -1) return
    rest.shift()
    const [, answer] = next
    void give(answer)
  })
  async function give(answer: string | (() => Promise<string>)): Promise<void> {
    const keys = typeof answer === 'string' ? answer : await answer()
    if (keys === CLOSE) child.kill('SIGKILL')
    else if (keys.startsWith('SIG')) process.kill(Number(/pid (\d+)/.exec(screen)?.[1]), keys)
    else child.stdin.write(keys)
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, screen })))
}

describe.skipIf(!existsSync(script))('on a terminal (needs /usr/bin/script)', () => {
  test.each([
    ['says no', 'n\r'],
    ['presses Ctrl-C', '\u0003'],
    ['presses Ctrl-D', '\u0004'],
    ['ends the command', 'SIGTERM'],
  ])('a person who %s leaves no ledger behind, whatever was typed before', async (_, answer) => {
    const args = 'revoke-all --targets targets.csv --ledger no.jsonl'
    let resumed: Finished | undefined
    const resumeAndDecline = async (): Promise<string> => {
      const env = { CONNECTED_APPS_BASE_URL: api.url }
      const resume = ['revoke-all', '--resume', 'no.jsonl', '--yes']
      // Nobody else can run it before.
      resumed = await runCli(resume, { env, cwd: directory })
      return answer
    }
    const typed = [[/\[y\/N\]/, answer === 'n\r' ? resumeAndDecline : answer]] as const
    const { code, screen } = await runOnTerminal(args, 'project-test-1', typed, {
      typedAhead: 'y\r',
    })
    if (answer === 'n\r') {
      expect(resumed).toMatchObject({ code: 2 })
      expect(resumed?.error).toMatch(/no\.jsonl is in use by process \d+/)
    }
    expect(screen).not.toContain('    at ')
    expect(screen).toContain('Plan      revoke 500 targets: 500 Members in 1 Organization\r\n')
    expect(screen).toContain('Nothing was sent.')
    expect(code).toBe(130)
    expect(await readdir(directory)).toEqual(['targets.csv'])
    expect(api.headers).toEqual([])
  })

  test.each([
    ['on a test project', 'project-test-1', /\[y\/N\]/, 'targets.csv'],
    ['on a live project', 'project-live-1', /type project-live-1: /, 'targets.csv'],
    ['beside a list on standard input', 'project-test-1', /\[y\/N\]/, '- < targets.csv'],
  ])('a terminal that is closed at the question %s leaves no ledger behind', async (...of) => {
    const [, projectId, question, targets] = of
    const ended = join(directory, 'ended')
    const recordExit = `import { writeFileSync } from "node:fs"
      process.on("exit", (code) => writeFileSync("${ended}", String(code)))`
    const nodeOptions = `--import 'data:text/javascript,${encodeURIComponent(recordExit)}'`
    const args = `revoke-all --ledger closed.jsonl --targets ${targets}`
    const typed = [
      [question, 'y'],
      [new RegExp(`${question.source}[^y]*y`), CLOSE],
    ] as const
    await runOnTerminal(args, projectId, typed, { nodeOptions })
    const exitCode = (): Promise<string> => readFile(ended, 'utf8').catch(() => '')
    await expect.poll(exitCode, { timeout: 10_000 }).toBe('130')
    await rm(ended)
    expect(await readdir(directory)).toEqual(['targets.csv'])
    expect(api.headers).toEqual([])
  })

  test('a list on standard input leaves the terminal for the question, and the progress says that the server does not respond, also that of verify', async () => {
    const down = await serve(() => undefined)
    await down.stop()
    const args = `revoke-all --targets - --ledger down.jsonl --base-url ${down.url} < targets.csv`
    const { code, screen } = await runOnTerminal(
      args,
      'project-live-1',
      [
        [/type project-live-1: /, 'project-live-1\r'],
        [/0 of 500, no response for \d+ s; retrying/, '\u0003'],
      ],
      { nodeOptions: '--gc-interval=1000' },
    )
    // Node.js warns of a file that is closed because nobody holds it any more.
    expect(screen).not.toContain('Warning')
    expect(screen).toContain('Interrupted: finishing what is in flight.')
    expect(screen.slice(0, screen.indexOf('Interrupted'))).not.toContain(' left')
    expect(code).toBe(130)

    const check = `verify down.jsonl --base-url ${down.url}`
    const silent = /Checking: 0 lists, no response for \d+ s; retrying/
    const verified = await runOnTerminal(check, 'project-live-1', [[silent, '\u0003']])
    expect(verified.screen).toMatch(silent)
  })

  test('a search says that the server does not respond', async () => {
    const down = await serve(() => undefined)
    await down.stop()
    await writeFile(join(directory, 'down.txt'), 'organization-0\n')
    const search = `--connected-app-id app-1 --organizations down.txt --base-url ${down.url}`
    const { code } = await runOnTerminal(`revoke-all ${search} --dry-run`, 'project-test-1', [
      [/Reading: line 0, 0 targets, no response for \d+ s; retrying/, '\u0003'],
    ])
    expect(code).toBe(130)
  })

  test('an incident looks as the README shows it', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => [
      `organization-${index % 4}`,
      `member-${index}`,
      'connected-app-7',
    ])
    for (const each of ids) api.connected.add(each.join('/'))
    api.appName = 'Notes'
    const organizations = ['organization-0', 'organization-1', 'organization-2', 'organization-3']
    await writeFile(join(directory, 'organizations.txt'), `${organizations.join('\n')}\n`)
    // The run cannot end before it is interrupted.
    let release = (): void => undefined
    const interrupted = new Promise<void>((resolve) => (release = resolve))
    api.respondWith = async ({ path }) => {
      if (api.revokes.size >= 20) await interrupted
      return path['member_id'] === 'member-59' && path['connected_app_id'] !== undefined
        ? 'member_not_found'
        : undefined
    }
    const interrupt = (): Promise<string> => {
      release()
      return Promise.resolve('\u0003')
    }
    const transcript: string[] = []
    const onTerminal = async (
      args: string,
      typed: Parameters<typeof runOnTerminal>[2] = [],
    ): Promise<number | null> => {
      const { code, screen } = await runOnTerminal(args, 'project-test-1', typed)
      const shown = renderScreen(screen.slice(screen.indexOf('\n') + 1)) // without the line of the pid
      transcript.push(`$ ${COMMAND} ${args}\n${shown.trim()}\n`)
      return code
    }
    const search = '--connected-app-id connected-app-7 --organizations organizations.txt'
    expect(
      await onTerminal(`revoke-all ${search} --ledger incident.jsonl`, [
        [/\[y\/N\]/, 'y\r'],
        [/█░+ \d+%, \d+ of 60, .+ per second/, interrupt],
      ]),
    ).toBe(130)
    expect(await onTerminal('revoke-all --resume incident.jsonl --yes')).toBe(1)
    api.connected.clear()
    api.connected.add('organization-1/member-5/connected-app-7')
    expect(await onTerminal('verify incident.jsonl')).toBe(1)
    expect(await onTerminal('report incident.jsonl --html incident.html')).toBe(0)

    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const shown = readme.replace(
      /^```console\n.*?^```$/ms,
      () => `\`\`\`console\n${withoutVariation(transcript.join('\n'))}\`\`\``,
    )
    // After a change of what is printed, `vitest run terminal --update` in this package writes it anew.
    await expect(shown).toMatchFileSnapshot('../README.md')
  })
})

/** What incidents have in common. */
function withoutVariation(transcript: string): string {
  return transcript
    .replaceAll(api.url, 'https://test.stytch.com')
    .replace(
      /^[█░]+ \d+%, \d+ of 60, .+$/m,
      `${'█'.repeat(9)}${'░'.repeat(15)} …%, … of 60, … per second, … s left`,
    )
    .replace(/^Revoked \d+ of/m, 'Revoked … of')
    .replaceAll(/This run took .*?, with/g, 'This run took … s, with')
    .replace(/^\d+ targets remaining/m, '… targets remaining')
    .replace(/^(Found +)\d+ of/m, '$1… of')
    .replace(/remaining \d+ targets/, 'remaining … targets')
    .replace(
      /(remaining … targets\n(?:.+\n){2}Calls +)\d+(.+\n.+\nTakes +)\d+( s at 10 .+, )\d+/,
      '$1…$2…$3…',
    )
}
