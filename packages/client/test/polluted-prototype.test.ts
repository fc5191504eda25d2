import { Worker } from 'node:worker_threads'
import { B2BClient } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import { expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { thrownBy } from './client.ts'
import { respondByPath } from './conformance/provider.ts'
import { listen } from './loopback.ts'
import type { ComparisonReport, Task } from './pollution/worker.ts'

// It only has to end tests that hang.
const options = { timeout: 400_000 }

/** What a platform could read of a request and a response, and names that nothing reads. */
const platformNames = [
  ...[Request, Response, Headers, AbortSignal].flatMap((each) =>
    Object.getOwnPropertyNames(each.prototype),
  ),
  'dispatcher',
  'priority',
  'window',
  'isAdmin',
  'X-Injected',
]

/** What the client and its dependencies could read, going by their code. */
async function namesInCode(): Promise<string[]> {
  const code = await bundle('@connected-apps/client')
  return [
    ...(code.match(/[A-Za-z_$][\w$]{2,}/g) ?? []),
    ...[...code.matchAll(/["'`]([\w-]+)["'`]/g)].map(([, name]) => `${name}`),
  ].filter((name) => name !== '__proto__')
}

/** The names of the options of a client, which the error for an unknown one lists. */
function optionNames(): string[] {
  const { message } = Object(thrownBy(() => new B2BClient(JSON.parse('{"unknown":1}'))))
  return String(message).split('use one of ')[1]?.split(', ') ?? []
}

/** Runs in a thread of its own, whose Object.prototype is not that of the test. */
async function runWorker(task: Task): Promise<ComparisonReport> {
  const worker = new Worker(new URL('pollution/worker.ts', import.meta.url), { workerData: task })
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The worker exited with ${code}.`)))
    })
  } finally {
    await worker.terminate()
  }
}

/** The names of which a bare `fetch` does not work with all values. */
function namesLeftOut({ leftOut }: ComparisonReport): string[] {
  return [...new Set(leftOut.map((title) => title.split(':')[0] ?? ''))].toSorted()
}

test('requests and results are the same whatever Object.prototype has', options, async () => {
  const values: Task['values'] = ['string', 'true', 'number', 'object', 'function']
  // Whatever resolves to an object asks it for `then`, and hangs.
  const names = [...new Set([...(await namesInCode()), ...platformNames])].filter(
    (name) => name !== 'then',
  )
  const report = await runWorker({ names, values, servers: undefined })
  expect(report.differences).toEqual([])
  // Descriptors of properties and iterators of the language itself have these.
  expect(namesLeftOut(report)).toEqual(['get', 'return', 'set'])
  expect(report.comparisons).toBeGreaterThan(0)
})

test('the same holds with the fetch of the platform', options, async () => {
  const respond = respondByPath()
  const server = await listen((request, response) => {
    response.sendDate = false // errors have the date
    respond(request, response)
  })
  const down = await listen(() => undefined)
  await down.stop()
  const values: Task['values'] = ['string', 'true', 'number', 'object', 'function']
  const names = [...new Set([...optionNames(), ...platformNames])]
  const report = await runWorker({ names, values, servers: { up: server.url, down: down.url } })
  expect(report.differences).toEqual([])
  // It is the platform that reads these, as it does for a bare `fetch`.
  const leftOut = namesLeftOut(report)
  expect(optionNames().filter((name) => leftOut.includes(name))).toEqual([])
  expect(leftOut).not.toContain('isAdmin')
  const sent = server.requests.map(({ method, url, rawHeaders }) => {
    // undici takes the value of this header from Object.prototype, also for a bare `fetch`.
    const headers = rawHeaders.filter((_, index) => rawHeaders[index - 1] !== 'sec-fetch-mode')
    return `${method} ${url} ${headers.join()}`
  })
  const sentByClient = sent.filter((request) => request.includes('connected-apps-client'))
  expect(new Set(sentByClient).size).toBe(2 * allOperations.length)
})
