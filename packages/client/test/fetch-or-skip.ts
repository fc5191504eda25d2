import { fileURLToPath } from 'node:url'
import { beforeEach } from 'vitest'
import type { FetchedPackages } from '../../../scripts/fetch-packages.ts'
import * as scripts from '../../../scripts/fetch-packages.ts'

const cache = fileURLToPath(new URL('../node_modules/.cache/packages', import.meta.url))

/**
 * Fetches packages for the tests of a file. If they cannot be fetched, for example offline, all of
 * the file's tests are skipped with the reason.
 *
 * @param dependencies exact versions by name
 */
export async function fetchOrSkip(dependencies: Record<string, string>): Promise<FetchedPackages> {
  const packages = await scripts.fetchOrSkip(cache, dependencies)
  const { skipReason } = packages
  beforeEach(({ skip }) => skip(skipReason !== undefined, skipReason))
  return packages
}
