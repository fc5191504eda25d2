import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundle } from './bundle.ts'

const KIBIBYTE = 1024

test('the client with its dependencies is at most 10.5 KiB, minified and gzipped', async () => {
  const { length } = gzipSync(await bundle('@connected-apps/client'), { level: 9 })
  expect(length).toBeLessThanOrEqual(10.5 * KIBIBYTE)
})

test('the client with its dependencies is at most 64 KiB, minified', async () => {
  const { length } = Buffer.from(await bundle('@connected-apps/client'))
  expect(length).toBeLessThanOrEqual(64 * KIBIBYTE)
})
