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
  RereadAtIssue,
  StaleCache,
  Timestamps,
} from './history/designs/flawed.ts'
import { RightDesign } from './history/designs/reference.ts'

/** A wrong design is caught when this many of its histories were rejected. */
const enough = 5
const rounds = { right: 60, wrong: 500 }
const atOnce = 5
const workload = { clients: 5, operationsPerClient: 4, cutProbability: 0 }

describe('The check for linearizability', () => {
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

  it('a right design are all accepted', async () => {
    const { made, rejected } = await judge(RightDesign, rounds.right)
    expect({ made, rejected }).toEqual({ made: rounds.right, rejected: 0 })
  })

  it.for([
    { title: 'a revoke that deletes', Design: DeleteOnRevoke },
    { title: 'a count that is read again at issue', Design: RereadAtIssue },
    { title: 'a cache', Design: StaleCache },
    { title: 'timestamps in place of counts', Design: Timestamps },
    { title: 'a find apart from its consume', Design: FindThenConsume },
    { title: 'a consent that asks for no count', Design: ConsentInFlight },
  ])('$title are rejected', async ({ title, Design }) => {
    const { made, rejected } = await judge(Design, rounds.wrong)
    process.stdout.write(`${title}: ${rejected} of ${made} histories rejected\n`)
    expect(rejected).toBeGreaterThanOrEqual(enough)
  })

  async function judge(Design: typeof RightDesign, limit: number) {
    let made = 0
    let rejected = 0
    const work = async (): Promise<void> => {
      while (made < limit && rejected < enough) {
        made += 1
        const seed = made
        const system = new Design(pool)
        await system.begin()
        const history = await runWorkload(system, seed, workload)
        if (findLinearization(history) === undefined) rejected += 1
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return { made, rejected }
  }
})
