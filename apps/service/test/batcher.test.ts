import { describe, expect, it } from 'vitest'
import { Batcher } from '../src/postgres/batcher.ts'

/** A batch under way, which the test ends. */
interface Run {
  inputs: number[]
  succeed: () => void
  fail: () => void
}

function createBatcher(maximumSize: number, concurrent: number, keyOf?: (input: number) => string) {
  const runs: Run[] = []
  const batches = new Batcher<number, number>(
    (inputs) =>
      new Promise((resolve, reject) => {
        runs.push({
          inputs,
          succeed: () => resolve(inputs.map((input) => input * 10)),
          fail: () => reject(new Error('gone')),
        })
      }),
    { maximumSize, concurrent, ...(keyOf && { keyOf }) },
  )
  return { runs, batches }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('batches', () => {
  it('take what comes in one turn together, and answer each its own', async () => {
    const { runs, batches } = createBatcher(10, 1)
    const answers = Promise.all([1, 2, 3].map((input) => batches.add(input)))
    await nextTurn()
    expect(runs.map(({ inputs }) => inputs)).toEqual([[1, 2, 3]])
    runs[0]?.succeed()
    expect(await answers).toEqual([10, 20, 30])
  })

  it('start at once while few are under way, and collect what comes later', async () => {
    const { runs, batches } = createBatcher(2, 1)
    const answers = [batches.add(1)]
    await nextTurn()
    for (const input of [2, 3, 4]) answers.push(batches.add(input))
    await nextTurn()
    expect(runs).toHaveLength(1)
    runs[0]?.succeed()
    await nextTurn()
    expect(runs.at(-1)?.inputs).toEqual([2, 3])
    runs[1]?.succeed()
    await nextTurn()
    expect(runs.at(-1)?.inputs).toEqual([4])
    runs[2]?.succeed()
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40])
  })

  it('fail as a whole, and the next ones go on', async () => {
    const { runs, batches } = createBatcher(10, 1)
    const failed = Promise.allSettled([batches.add(1), batches.add(2)])
    await nextTurn()
    runs[0]?.fail()
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = batches.add(3)
    await nextTurn()
    runs[1]?.succeed()
    expect(await next).toBe(30)
  })

  it('of one key go one after the other, and hold up no other key', async () => {
    const { runs, batches } = createBatcher(2, 2, (input) => (input % 2 === 0 ? 'even' : 'odd'))
    const answers = [2, 4, 6].map((input) => batches.add(input))
    await nextTurn()
    expect(runs.map(({ inputs }) => inputs)).toEqual([[2, 4]])
    answers.push(...[1, 8, 3].map((input) => batches.add(input)))
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
    expect(await Promise.all(answers)).toEqual([20, 40, 60, 10, 80, 30])
  })
})
