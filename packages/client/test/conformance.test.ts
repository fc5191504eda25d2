import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allOperations } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { respondByPath } from './conformance/provider.ts'
import { chromiumPath, runtimes } from './conformance/runtimes.ts'
import { listen } from './loopback.ts'
import { exampleOf } from './operations.ts'

let directory: string
let code: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'conformance-'))
  code = await bundle(new URL('conformance/checks.ts', import.meta.url).href)
})

afterAll(() => rm(directory, { recursive: true }))

test.for(Object.entries(runtimes))(
  'the client behaves the same in %s',
  { timeout: 400_000 }, // the first run downloads the runtimes, for which npm gets 300 s
  async ([name, run], { skip }) => {
    skip(name === 'Chromium' && !existsSync(chromiumPath), `needs ${chromiumPath}`)
    const server = await listen(respondByPath())
    const results = await run({ directory, code, url: server.url })
    expect(Object.keys(results)).toEqual(allOperations.map(({ operationId }) => operationId))
    for (const operation of allOperations) {
      const { status, body } = exampleOf(operation, 'unauthorized')
      expect(results[operation.operationId]).toEqual({
        success: `${operation.successStatus}`,
        rateLimitedOnce: `${operation.successStatus}`,
        unauthorized: `http: ${status} ${Object(body).error_type}`,
        html: 'decode: status',
        truncated: 'decode: json',
        redirect: 'decode: redirect',
        slow: 'timeout',
        aborted: 'aborted',
        dotSegment: 'argument',
        leakedSecrets: [],
        rejectsBrowser: name === 'Chromium',
      })
    }
    expect(server.requests.map(({ url }) => url)).not.toContain('/redirected')
  },
)
