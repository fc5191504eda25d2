import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { checkContract } from '../watch/check-contract.ts'
import { watchFiles } from '../watch/watch-files.ts'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'

const script = fileURLToPath(new URL('watched-server.ts', import.meta.url))

/** Stands for the mock: it responds with what has been generated from the contract. */
const mockModule = `
import { text } from './generated.mjs'

export function startMockOn(start, options) {
  return start(options, (request, response) => {
    const { url } = request
    if (url === '/events') globalThis.streamEvents(request, response)
    else if (url === '/pending') globalThis.respond = () => response.end(text)
    else {
      if (url === '/release') globalThis.respond()
      response.end(text)
    }
  })
}`

const waitOptions = { timeout: 20_000 }

let directory: string
let run: CommandRun
let url: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watched-mock-'))
  await writeFile(join(directory, 'mock.mjs'), mockModule)
  await save('one')
  run = runCommand([directory], { script })
  await run.printed(/^watching the contract/m)
  url = (await run.printed(/http:\S+/))[0]
})
afterAll(async () => {
  run.kill('SIGTERM')
  await run.exit
  await rm(directory, { recursive: true, force: true })
})

/** Replaces the watched file by another one, as editors do. */
async function save(text: string): Promise<void> {
  await writeFile(join(directory, 'contract.new'), text)
  await rename(join(directory, 'contract.new'), join(directory, 'contract.txt'))
}

async function get(path: string): Promise<string> {
  return (await fetch(url + path)).text()
}

/** Sends one request after another until it is done; rejects when one of them fails. */
function sendUntil(isDone: () => boolean): { texts: string[]; finished: Promise<void> } {
  const texts: string[] = []
  const send = async () => {
    while (!isDone()) texts.push(await get('/'))
  }
  return { texts, finished: send() }
}

it('swaps the mock when the contract changes, and keeps the last good one, without losing a request', async () => {
  let isDone = false
  const requests = Array.from({ length: 4 }, () => sendUntil(() => isDone))
  const finished = Promise.all(requests.map((each) => each.finished))
  const eachGets = async (text: string) => {
    for (const { texts } of requests) {
      await vi.waitFor(() => expect(texts.at(-1)).toBe(text), waitOptions)
    }
  }
  await eachGets('one')
  const pending = get('/pending')
  const events = get('/events')

  await save('two')
  await eachGets('two')
  expect(await events).toMatch(/^event: journal\n/)
  expect(await get('/release')).toBe('two')
  expect(await pending).toBe('one')
  await run.printed(/^swapped; the journal, definitions, sequences and lists start over$/m)

  await save('broken')
  await run.printed(/^kept the last good contract: generate: contract\.txt line 1 is broken$/m)
  expect(await get('/')).toBe('two')

  await save('three')
  await eachGets('three')
  isDone = true
  await finished
  for (const { texts } of requests) {
    expect(texts.filter((text, index) => text !== texts[index - 1])).toEqual([
      'one',
      'two',
      'three',
    ])
  }
})

it('keeps the mock when a file is saved without a change', async () => {
  const before = run.stdout
  await save('three')
  await sleep(300) // longer than changes are collected
  await save('four')
  await vi.waitFor(async () => expect(await get('/')).toBe('four'), waitOptions)
  expect(run.stdout.slice(before.length).match(/^a watched file has changed/gm)).toHaveLength(1)
})

it('notices each change in a directory, also after it was replaced by another one', async () => {
  const watched = join(directory, 'watched')
  await mkdir(join(watched, 'below'), { recursive: true })
  const onChange = vi.fn<() => void>()
  const stop = watchFiles([watched], onChange)
  const changes = async (count: number) =>
    vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(count), waitOptions)
  await writeFile(join(watched, 'below/file'), 'one')
  await changes(1)
  await cp(watched, `${watched}.new`, { recursive: true })
  await rename(watched, `${watched}.old`)
  await changes(2)
  await rename(`${watched}.new`, watched)
  await changes(3)
  await writeFile(join(watched, 'below/file'), 'two')
  await changes(4)
  stop()
})

it.each<[string, RegExp, (text: string) => string, RegExp]>([
  [
    'an example without a required property',
    /^ +name: Calendar.*\n/m,
    () => '',
    /required property 'name'/,
  ],
  ['a reference to nothing', /\$ref: .*/, () => "$ref: '#/nothing'", /[Cc]an't resolve \$ref/],
  ['no YAML', /^info:/m, () => 'info: [', /./],
])(
  'locates %s in the contract',
  async (_, pattern, replace, message) => {
    const contract = new URL('../../../openapi/connected-apps.yaml', import.meta.url)
    const file = join(directory, 'contract.yaml')
    const text = await readFile(contract, 'utf8')
    await writeFile(file, text.replace(pattern, replace))
    const problem = await checkContract(file)
    expect(problem).toMatch(/contract\.yaml:\d+:\d+: /)
    expect(problem).toMatch(message)
  },
  30_000,
)

it('names the contract if it is gone', async () => {
  expect(await checkContract(join(directory, 'gone.yaml'))).toMatch(/^\S+gone\.yaml/)
})
