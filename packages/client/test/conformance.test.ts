import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allOperations } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { respondByPath } from './conformance/provider.ts'
import { chromiumPath, environment, runtimes } from './conformance/runtimes.ts'
import { listen } from './loopback.ts'
import { exampleOf } from './operations.ts'

/** The runtime whose requests have no `cache`. It throws if it gets one. */
const withoutCache = 'workerd at 2024-09-01'

/** The runtimes whose programs can read the environment, and are allowed to. */
const withEnvironment = ['Node.js', 'Deno with --allow-env', 'Bun']

/** The runtimes by the first letters of their names in the User-Agent; a browser has its own. */
const agentNames: Record<string, string> = {
  Node: 'Node.js/N',
  Deno: 'Deno/N',
  Bun: 'Bun/N',
  work: 'Cloudflare-Workers',
}

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
    const agent = agentNames[name.slice(0, 4)]
    for (const operation of allOperations) {
      const { status, body } = exampleOf(operation, 'unauthorized')
      expect(results[operation.operationId]).toEqual({
        success: `${operation.successStatus}`,
        rateLimitedOnce: `${operation.successStatus}`,
        unauthorized: `http: ${status} ${Object(body).error_type}`,
        html: 'http: 502 undefined',
        truncated: 'decode: json',
        // Browsers hide the status of a redirect.
        redirect: `http: ${name === 'Chromium' ? 0 : 307} undefined`,
        slow: 'timeout',
        aborted: 'aborted',
        dotSegment: 'argument',
        leakedSecrets: [],
        rejectsBrowser: name === 'Chromium',
        cache: Array(2).fill(name === withoutCache ? 'absent' : 'no-store'),
        environment: withEnvironment.includes(name)
          ? environment.STYTCH_PROJECT_ID
          : 'ConnectedAppsError: project_id is missing',
        userAgent: agent && `connected-apps-client/N ${agent}`,
      })
    }
    expect(server.requests.map(({ url }) => url)).not.toContain('/redirected')
  },
)
