import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { answerByPlace } from './conformance/provider.ts'
import { chromiumPath, runtimes } from './conformance/runtimes.ts'
import { listen } from './loopback.ts'

let folder: string
let code: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  code = await bundle(new URL('conformance/promises.ts', import.meta.url).href)
})

afterAll(() => rm(folder, { recursive: true }))

test.for(Object.entries(runtimes))(
  'the client keeps its promises in %s',
  { timeout: 400_000 }, // the first run fetches the runtimes, and npm has 300 s for it
  async ([name, run], { skip }) => {
    skip(name === 'Chromium' && !existsSync(chromiumPath), `needs ${chromiumPath}`)
    const server = await listen(answerByPlace())
    expect(await run({ folder, code, url: server.url })).toEqual({
      answer: '200',
      busyOnce: '200',
      forbidden: 'http: 403 session_authorization_error',
      html: 'decode: status',
      truncated: 'decode: json',
      redirect: 'decode: redirect',
      slow: 'timeout',
      aborted: 'aborted',
      dots: 'argument',
      secretsShown: [],
      refusesBrowser: name === 'Chromium',
    })
    expect(server.requests.map(({ url }) => url)).not.toContain('/redirected')
  },
)
