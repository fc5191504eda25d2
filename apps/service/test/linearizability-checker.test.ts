import { readFile } from 'node:fs/promises'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDatabase } from './support/database.ts'
import { badHistories, goodHistories } from './history/known-histories.ts'
import { findLinearization } from './history/linearizability.ts'
import { runWorkload } from './history/workload.ts'
import {
  ConsentInFlight,
  DeleteOnRevoke,
  FindThenConsume,
  RememberedResponse,
  RepeatableExchange,
  RereadAtIssue,
  StaleCache,
  Timestamps,
} from './history/designs/flawed.ts'
import { ReferenceDesign, RepeatableDesign } from './history/designs/reference.ts'

/** This many rejected histories show that a design is flawed. */
const enoughRejected = 5
const rounds = { reference: 30, flawed: 500 }
const concurrency = 5
const workload = { clients: 5, operationsPerClient: 4, abortProbability: 0 }

describe('The linearizability checker', () => {
  it.for(goodHistories)('accepts $title', ({ history }) => {
    expect(findLinearization(history)).toBeDefined()
  })

  it.for(badHistories)('rejects $title', ({ history }) => {
    expect(findLinearization(history)).toBeUndefined()
  })
})

describe('The histories of', { timeout: 60_000 }, () => {
  const test = useDatabase()
  let pool: Pool

  beforeAll(async () => {
    pool = new Pool({ connectionString: test.database.url, max: 40 })
    await pool.query(await readFile(new URL('history/designs/schema.sql', import.meta.url), 'utf8'))
  })

  afterAll(() => pool.end())

  it.for([
    { title: 'the reference design', Design: ReferenceDesign },
    { title: 'the reference design with repeated refreshes', Design: RepeatableDesign },
  ])('$title are all accepted', async ({ Design }) => {
    const { recorded, rejected } = await countRejected(Design, rounds.reference)
    expect({ recorded, rejected }).toEqual({ recorded: rounds.reference, rejected: 0 })
  })

  it.for([
    { title: 'a revoke that deletes rows', Design: DeleteOnRevoke },
    { title: 'a design that reads the count again at issue', Design: RereadAtIssue },
    { title: 'a cache', Design: StaleCache },
    { title: 'timestamps in place of counts', Design: Timestamps },
    { title: 'a find and a consume in separate steps', Design: FindThenConsume },
    { title: 'a consent that ignores the count', Design: ConsentInFlight },
    { title: 'a repeated refresh that is not bound to the count', Design: RememberedResponse },
    { title: 'codes that may be used again', Design: RepeatableExchange },
  ])('$title are rejected', async ({ title, Design }) => {
    const { recorded, rejected } = await countRejected(Design, rounds.flawed)
    process.stdout.write(`${title}: ${rejected} of ${recorded} histories rejected\n`)
    expect(rejected).toBeGreaterThanOrEqual(enoughRejected)
  })

  async function countRejected(Design: typeof ReferenceDesign, limit: number) {
    let recorded = 0
    let rejected = 0
    const work = async (): Promise<void> => {
      while (recorded < limit && rejected < enoughRejected) {
        recorded += 1
        const seed = recorded
        const system = new Design(pool)
        await system.begin()
        const history = await runWorkload(system, seed, workload)
        if (findLinearization(history) === undefined) rejected += 1
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
    return { recorded, rejected }
  }
})
