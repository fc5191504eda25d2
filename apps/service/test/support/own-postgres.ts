import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aroundAll } from 'vitest'
import type { Cluster } from '../../src/postgres/embedded/cluster.ts'
import { startCluster } from '../../src/postgres/embedded/cluster.ts'

export interface OwnPostgres {
  cluster: Cluster
}

/**
 * Gives the tests of one file a PostgreSQL server of their own, which they may stop.
 *
 * @param specifier the module specifier of the package with PostgreSQL's programs, if it is not the
 * one that this project depends on
 */
export function useOwnPostgres(specifier?: string): OwnPostgres {
  const test = {} as OwnPostgres // filled before the first test runs
  aroundAll(async (runTests) => {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'service-test-'))
    test.cluster = await startCluster(directory.path, specifier)
    try {
      await runTests()
    } finally {
      await test.cluster.stop()
    }
  })
  return test
}
