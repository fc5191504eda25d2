import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { operations } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageVersions } from '../../../scripts/package-versions.ts'
import { fetchOrSkip } from './fetch-or-skip.ts'
import { respondWith } from './loopback.ts'
import { appFiles, appPaths } from './next/app.ts'
import { createPackedProject } from './packed-project.ts'
import type { PackedProject } from './packed-project.ts'

const packages = await fetchOrSkip({
  next: '14.2.35',
  react: '18.3.1',
  'react-dom': '18.3.1',
  typescript: packageVersions['typescript-5'],
  '@types/react': '18.3.31',
  '@types/node': packageVersions['@types/node'],
})

let project: PackedProject | undefined
let received = 0
const api = createServer((_request, response) => {
  received += 1
  respondWith(response, operations.revokeConnectedApp, 'success')
})
let receivedWhileBuilding: number
let url: string
let stop: () => Promise<unknown>

beforeAll(async () => {
  if (packages.skipReason !== undefined) return
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  const { port } = api.address() as AddressInfo // safe: a TCP server has an AddressInfo
  project = await createPackedProject(packages.directory, appFiles)
  const { directory } = project
  const next = join(packages.directory, 'next/dist/bin/next')
  const options = {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      NEXT_TELEMETRY_DISABLED: '1',
      XDG_CONFIG_HOME: join(directory, 'config'), // else Next.js writes to the user's home directory
      API_URL: `http://127.0.0.1:${port}`,
      STYTCH_SECRET: 'secret-test-Zm9vYmFyYmF6cXV4',
    } as unknown as NodeJS.ProcessEnv, // without NODE_ENV, which Next.js sets itself
  }
  await promisify(execFile)(process.execPath, [next, 'build'], { ...options, timeout: 300_000 })
  receivedWhileBuilding = received
  const started = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', '0'], options)
  stop = async () => {
    const closed = once(started, 'close')
    started.kill()
    await closed
  }
  for await (const line of createInterface(started.stdout)) {
    const [local] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    url = local ?? url
    if (line.includes('Ready')) break
  }
  started.stdout.resume()
}, 600_000) // the first run downloads Next.js

afterAll(async () => {
  await stop?.()
  api.closeAllConnections()
  api.close()
  await project?.remove()
})

test('an app for Next.js sends nothing while it is built', () => {
  expect(receivedWhileBuilding).toBe(0)
})

test.each(appPaths)('each request for %s of an app for Next.js revokes again', async (path) => {
  const before = received
  const outcomes = []
  for (const _ of [1, 2, 3]) {
    const text = await (await fetch(url + path)).text()
    outcomes.push(/outcome: [^<]*/.exec(text)?.[0])
  }
  expect({ outcomes, received: received - before }).toEqual({
    outcomes: ['outcome: ok', 'outcome: ok', 'outcome: ok'],
    received: 3,
  })
})
