import { afterAll, beforeEach } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'

/** Starts a mock for the tests of one file, and resets it before each of them. */
export async function startSharedMock(): Promise<Mock> {
  const mock = await startMock()
  beforeEach(() => mock.reset())
  afterAll(() => mock.close())
  return mock
}
