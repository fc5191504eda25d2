import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
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

const patient = { timeout: 20_000 }

let directory: string
let run: CommandRun
let url: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watched-mock-'))
  await writeFile(join(directory, 'mock.mjs'), mockModule)
  await save('one')
  run = runCommand([directory], { script })
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

/** Sends one request after another, until it is told to stop; rejects when one of them fails. */
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
      await vi.waitFor(() => expect(texts.at(-1)).toBe(text), patient)
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
  await run.printed(/^swapped; the journal, definitions, sequences and lists start anew$/m)

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
  await vi.waitFor(async () => expect(await get('/')).toBe('four'), patient)
  expect(run.stdout.slice(before.length).match(/^a watched file has changed/gm)).toHaveLength(1)
})
