import { aroundAll } from 'vitest'
import type { TestDatabase } from './database.ts'
import { useDatabase } from './database.ts'
import { startTwoInstances } from './service-process.ts'

export interface TwoInstances {
  database: TestDatabase
  urls: [string, string]
}

/** Gives the tests of one file a database, and two instances of the service that use it. */
export function useTwoInstances(environment: Record<string, string> = {}): TwoInstances {
  const test = useDatabase() as TwoInstances // filled before the first test runs
  aroundAll(async (runTests) => {
    const [one, two] = await startTwoInstances({ databaseUrl: test.database.url, environment })
    try {
      test.urls = [one.url, two.url]
      await runTests()
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
  })
  return test
}
