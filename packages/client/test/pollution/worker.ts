import { parentPort, workerData } from 'node:worker_threads'
import type { Fetch, FetchInit } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { credentials, methodsOf, thrownBy } from '../client.ts'
import { exampleOf, firstIdOf, paramsOf, sessionsOf } from '../operations.ts'

/** What the worker compares. */
export interface Task {
  /** The properties that Object.prototype gets. */
  names: string[]
  values: ValueName[]
  /** The URLs of a server and of one that is down; undefined for a `fetch` without a network. */
  servers: { up: string; down: string } | undefined
}

/** What the worker found. */
export interface ComparisonReport {
  /** The number of calls that were compared with the same calls without the property. */
  comparisons: number
  /** Where the client behaves differently with a property. */
  differences: string[]
  /** The properties with which a bare `fetch` behaves differently. */
  leftOut: string[]
}

export type ValueName = keyof typeof values

let functionCalls = 0

const values = {
  string: 'polluted',
  true: true,
  number: 7,
  object: { polluted: 'polluted' },
  function: () => {
    functionCalls++
  },
}

/** How a call can end, and the path under which the server brings it about. */
const outcomes = { success: 'success', failure: 'unauthorized', network: undefined } as const
type OutcomeName = keyof typeof outcomes
const outcomeNames = Object.keys(outcomes) as OutcomeName[] // it has no other keys

const { names, values: valueNames, servers } = workerData as Task // what the test passes

function urlOf({ operationId }: Operation, outcome: OutcomeName): string {
  const up = servers?.up ?? 'http://127.0.0.1:1'
  const down = servers?.down ?? 'http://127.0.0.1:1'
  return `${outcome === 'network' ? down : up}/${operationId}/${outcomes[outcome]}`
}

/** Responses that a stub of `fetch` takes from, so that none is created while Object.prototype has a property more. */
const stock = new Map<string, Response[]>()

function fillStock(): void {
  for (const operation of allOperations) {
    for (const kind of ['success', 'unauthorized'] as const) {
      const { status, body } = exampleOf(operation, kind)
      const headers = { 'content-type': operation.mediaType }
      const create = () => new Response(JSON.stringify(body), { status, headers })
      stock.set(`/${operation.operationId}/${kind}/`, [create(), create(), create(), create()])
    }
  }
}

const closed = new Error('closed')
Reflect.set(closed, 'code', 'ECONNRESET')

/** The requests that the stub got, with all that a `fetch` may read of them, own or inherited. */
const requests: string[] = []
fillStock()
const keys = [...stock.keys()]
const stubFetch: Fetch = async (url, init) => {
  const lines = [url]
  for (const name of names) {
    const value: unknown = Reflect.get(init, name)
    if (value !== undefined && name !== 'signal') lines.push(`${name}: ${print(value)}`)
  }
  requests.push(lines.join('\n'))
  const path = keys.find((key) => url.includes(key))
  const response = path !== undefined && stock.get(path)?.pop()
  if (!response) throw closed
  return response
}

/** The own properties of a value, as text. */
function print(value: unknown): string {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? `{${Object.entries(value)
        .map(([name, each]) => `${name}: ${print(each)}`)
        .join()}}`
    : JSON.stringify(value)
}

/** Something to do, and how it ends without the property. */
type Work = () => Promise<unknown>

function forEachOutcome(work: (operation: Operation, outcome: OutcomeName) => Work): Work[] {
  return allOperations.flatMap((operation) => outcomeNames.map((name) => work(operation, name)))
}

/** What a bare `fetch` does with the same requests. */
function bareWorks(): Work[] {
  return forEachOutcome((operation, outcome) => async () => {
    const init = Object.create(null) as FetchInit // Object.create returns any
    init.method = operation.method
    init.headers = { authorization: 'Basic bare' }
    if (operation.requestBody) init.body = '{}'
    init.redirect = 'manual'
    init.signal = new AbortController().signal
    const response = await (servers ? fetch : stubFetch)(`${urlOf(operation, outcome)}/`, init)
    return `${response.status} ${await response.text()}`
  })
}

/** Calls of clients that are created now, and of others that each call creates. */
function clientWorks(): Work[] {
  const create = (operation: Operation, outcome: OutcomeName) => {
    // A refused connection is not retried immediately, as one is that the stub closes.
    const maxRetries = servers ? 0 : 1
    const config = { ...credentials, baseUrl: urlOf(operation, outcome), maxRetries }
    return methodsOf(new B2BClient(servers ? config : { ...config, fetch: stubFetch }), operation)
  }
  const call = (operation: Operation, { tryCall } = create(operation, 'success')) => {
    const [session] = sessionsOf(operation)
    return tryCall(paramsOf(operation), session && { authorization: session.authorization })
  }
  return [
    ...forEachOutcome((operation, outcome) => {
      const methods = create(operation, outcome)
      return async () => call(operation, methods)
    }),
    ...forEachOutcome(
      (operation, outcome) => async () => call(operation, create(operation, outcome)),
    ),
    async () => thrownBy(() => new B2BClient({})),
    async () => thrownBy(() => new B2BClient({ ...credentials, baseUrl: 'http://10.0.0.1' })),
    ...allOperations.flatMap((operation) => {
      const { tryCall } = create(operation, 'success')
      const withoutId = { ...paramsOf(operation), [firstIdOf(operation)]: undefined }
      const empty: object = { authorization: {} }
      return [async () => tryCall(withoutId), async () => tryCall(paramsOf(operation), empty)]
    }),
  ]
}

/** What Object.prototype gets: properties with one value. */
interface Pollution {
  names: readonly string[]
  value: unknown
  enumerable: boolean
}

const builtIn = Object.getOwnPropertyDescriptors(Object.prototype)

function pollute({ names: added, value, enumerable }: Pollution): void {
  for (const name of added) {
    const descriptor = { __proto__: null, value, enumerable, configurable: true, writable: true }
    // oxlint-disable-next-line no-extend-native -- as an attack does
    Object.defineProperty(Object.prototype, name, descriptor)
  }
}

function cleanUp({ names: added }: Pollution): void {
  // All are removed before any is restored, since they may be what a descriptor would inherit.
  for (const name of added) Reflect.deleteProperty(Object.prototype, name)
  for (const name of added) {
    const descriptor = Object.hasOwn(builtIn, name) && Reflect.get(builtIn, name)
    // oxlint-disable-next-line no-extend-native -- restores what the platform has there
    if (descriptor) Object.defineProperty(Object.prototype, name, Object(descriptor))
  }
}

/** How each ends while every object inherits the properties. */
async function settle(works: Work[], pollution?: Pollution): Promise<string[]> {
  fillStock()
  const ends: unknown[] = works.map(() => 'pending')
  await new Promise<void>((resolve) => {
    let left = works.length
    const finish = () => {
      clearTimeout(timer)
      // The promise must not resolve earlier: an inherited `then` would keep it from that.
      if (pollution) cleanUp(pollution)
      resolve()
    }
    const timer = setTimeout(finish, 10_000) // it only has to end what hangs
    if (pollution) pollute(pollution)
    works.forEach((work, index) => {
      const end = (value: unknown) => {
        ends[index] = value
        if (--left === 0) finish()
      }
      void work().then(end, end)
    })
  })
  return ends.map(describe)
}

function describe(value: unknown): string {
  if (value instanceof Error) return `${value.message} ${print(value)}`
  const error: unknown = Object.hasOwn(Object(value), 'error') && Object(value).error
  return error ? `error ${describe(error)}` : print(value)
}

// The sockets of Node.js throw where no one can catch it.
let uncaughtErrors = 0
process.on('uncaughtException', () => {
  uncaughtErrors++
})

/**
 * Finds the names with which something is different: it tries all together, and where that is
 * different, each half.
 */
async function findNames(
  all: readonly string[],
  isSame: (names: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  if (all.length === 0 || (await isSame(all))) return []
  if (all.length === 1) return [...all]
  const middle = all.length >> 1
  const found = [
    ...(await findNames(all.slice(0, middle), isSame)),
    ...(await findNames(all.slice(middle), isSame)),
  ]
  return found.length > 0 ? found : [...all] // it takes several of them
}

async function compare(): Promise<ComparisonReport> {
  const report: ComparisonReport = { comparisons: 0, differences: [], leftOut: [] }
  const bare = await settle(bareWorks())
  requests.length = 0
  const expected = await settle(clientWorks())
  const expectedRequests = requests.splice(0).toSorted().join('\n\n')
  for (const valueName of valueNames) {
    for (const enumerable of [true, false]) {
      const value = values[valueName]
      const isSameBare = async (some: readonly string[]) => {
        uncaughtErrors = 0
        const ends = await settle(bareWorks(), { names: some, value, enumerable })
        return ends.join() === bare.join() && uncaughtErrors === 0
      }
      const isSame = async (some: readonly string[]) => {
        requests.length = 0
        functionCalls = 0
        uncaughtErrors = 0
        const ends = await settle(clientWorks(), { names: some, value, enumerable })
        report.comparisons += ends.length
        if (uncaughtErrors > 0 || ends.join() !== expected.join()) return false
        if (servers) return true // the server records its requests, and the platform may call functions
        return functionCalls === 0 && requests.toSorted().join('\n\n') === expectedRequests
      }
      const leftOut = await findNames(names, isSameBare)
      const rest = names.filter((name) => !leftOut.includes(name))
      const title = (name: string) => `${name}: ${valueName}${enumerable ? '' : ', not enumerable'}`
      report.leftOut.push(...leftOut.map(title))
      report.differences.push(...(await findNames(rest, isSame)).map(title))
    }
  }
  return report
}

parentPort?.postMessage(await compare()) // oxlint-disable-line unicorn/require-post-message-target-origin -- it is not a window
