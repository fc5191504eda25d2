import { gzipSync } from 'node:zlib'
import { bundle, bundleApp } from '../test/bundle.ts'

/** Bytes of a minified bundle with all dependencies. */
export interface Size {
  raw: number
  gzipped: number
}

/** The sizes of what an app can import: the client in its two forms, and other clients. */
export async function measureSizes(): Promise<Record<string, Size>> {
  return {
    'B2BClient: all operations': sizeOf(
      await bundleApp(`export { B2BClient } from '@connected-apps/client'`),
    ),
    'createClient, revoke: one operation': sizeOf(
      await bundleApp(`export { createClient, revoke } from '@connected-apps/client'`),
    ),
    'openapi-fetch': sizeOf(await bundle('openapi-fetch')),
    stytch: sizeOf(await bundle('stytch', { platform: 'node' })),
  }
}

function sizeOf(code: string): Size {
  return { raw: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length }
}
