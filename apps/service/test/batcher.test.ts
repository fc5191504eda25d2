import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Batcher } from '../src/postgres/batcher.ts'
import { noObserver } from '../src/postgres/observer.ts'
import {
  currentRequest,
  findCurrentRequest,
  withRequestScope,
} from '../src/server/request-scope.ts'

/** A running batch, which the test settles. */
interface Run {
  inputs: number[]
  succeed: () => void
  fail: () => void
}

function createBatcher(maxSize: number, maxConcurrency: number, keyOf?: (input: number) => string) {
  const runs: Run[] = []
  const batcher = new Batcher<number, number>(
    (inputs) =>
      new Promise((resolve, reject) => {
        runs.push({
          inputs,
          succeed: () => resolve(inputs.map((input) => input * 10)),
          fail: () => reject(new Error('gone')),
        })
      }),
    { name: 'test', observer: noObserver, maxSize, maxConcurrency, ...(keyOf && { keyOf }) },
  )
  return { runs, batcher }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('the batcher', () => {
  it('puts calls from one turn of the event loop into one batch, and gives each its own output', async () => {
    const { runs, batcher } = createBatcher(10, 1)
    const outputs = Promise.all([1, 2, 3].map((input) => batcher.add(input)))
    await nextTurn()
    expect(runs.map(({ inputs }) => inputs)).toEqual([[1, 2, 3]])
    runs[0]?.succeed()
    expect(await outputs).toEqual([10, 20, 30])
  })

  it('starts a batch at once while few are running, and queues the calls that come later', async () => {
    const { runs, batcher } = createBatcher(2, 1)
    const outputs = [batcher.add(1)]
    await nextTurn()
    for (const input of [2, 3, 4]) outputs.push(batcher.add(input))
    await nextTurn()
    expect(runs).toHaveLength(1)
    runs[0]?.succeed()
    await nextTurn()
    expect(runs.at(-1)?.inputs).toEqual([2, 3])
    runs[1]?.succeed()
    await nextTurn()
    expect(runs.at(-1)?.inputs).toEqual([4])
    runs[2]?.succeed()
    expect(await Promise.all(outputs)).toEqual([10, 20, 30, 40])
  })

  it('rejects all calls of a batch that fails, and runs the next batch', async () => {
    const { runs, batcher } = createBatcher(10, 1)
    const failed = Promise.allSettled([batcher.add(1), batcher.add(2)])
    await nextTurn()
    runs[0]?.fail()
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = batcher.add(3)
    await nextTurn()
    runs[1]?.succeed()
    expect(await next).toBe(30)
  })

  it('runs the batches of one key one after the other, and delays no other key', async () => {
    const { runs, batcher } = createBatcher(2, 2, (input) => (input % 2 === 0 ? 'even' : 'odd'))
    const outputs = [2, 4, 6].map((input) => batcher.add(input))
    await nextTurn()
    expect(runs.map(({ inputs }) => inputs)).toEqual([[2, 4]])
    outputs.push(...[1, 8, 3].map((input) => batcher.add(input)))
    await nextTurn()
    expect(runs.map(({ inputs }) => inputs)).toEqual([
      [2, 4],
      [1, 3],
    ])
    runs[0]?.succeed()
    await nextTurn()
    expect(runs[2]?.inputs).toEqual([6, 8])
    runs[1]?.succeed()
    runs[2]?.succeed()
    expect(await Promise.all(outputs)).toEqual([20, 40, 60, 10, 80, 30])
  })

  it('runs a batch outside of the request that happens to start it', async () => {
    const batcher = new Batcher(
      (inputs: string[]) => Promise.resolve(inputs.map(() => findCurrentRequest())),
      { name: 'test', observer: noObserver },
    )
    const add = async () => {
      const seen = await batcher.add('x')
      return { seen, requestId: currentRequest().requestId }
    }
    const addInRequest = (): ReturnType<typeof add> => {
      const request = new IncomingMessage(new Socket())
      return new Promise((resolve) => {
        void withRequestScope(async () => resolve(add()))(request, new ServerResponse(request))
      })
    }
    const [first, second] = await Promise.all([addInRequest(), addInRequest()])
    expect([first.seen, second.seen]).toEqual([undefined, undefined])
    expect(first.requestId).not.toBe(second.requestId)
  })
})
