import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundle } from './bundle.ts'

const BUDGET_BYTES = 10 * 1024

test('the client with its dependencies is at most 10 KiB, minified and gzipped', async () => {
  const { length } = gzipSync(await bundle('@connected-apps/client'), { level: 9 })
  expect(length).toBeLessThanOrEqual(BUDGET_BYTES)
})
