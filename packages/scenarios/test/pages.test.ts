import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { build, createServer } from 'vite'
import type { ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScenarioEngine } from '../src/index.ts'
import { scenarios } from '../src/index.ts'
import { viteProject } from './browser/vite.ts'
import type { MswPackage, ViteProject } from './browser/vite.ts'
import { authorization } from './requests.ts'
import { revokeUrl } from './revoke-request.ts'

/** Where Debian installs it. */
const executablePath = '/usr/bin/chromium'

const mswPackages: [version: number, name: MswPackage][] = [
  [2, 'msw-2'],
  [3, 'msw'],
]

test.each(mswPackages)('is built by Vite with MSW %s without a warning', async (_, msw) => {
  vi.stubEnv('NODE_ENV', undefined) // Vite sets it itself, and warns of less in that of a test
  const { config, warnings } = viteProject(msw)
  await build(config)
  vi.unstubAllEnvs()
  expect(warnings).toEqual([])
})

test('leaves MSW out of a bundle that has only the fetch', async () => {
  const warnings: unknown[] = []
  const built = await rolldown({
    input: fileURLToPath(import.meta.resolve('@connected-apps/scenarios/fetch')),
    platform: 'browser',
    onLog: (_, log) => void warnings.push(log.message),
  })
  const { output } = await built.generate({ format: 'esm' })
  await built.close()
  expect(warnings).toEqual([])
  expect(output[0].imports).toEqual([])
  expect(output[0].moduleIds.filter((id) => /msw|node:/.test(id))).toEqual([])
})

/** A development server of Vite for the tests of a block; it must have nothing to warn of. */
function serve(msw: MswPackage): { url: () => string } {
  let project: ViteProject
  let vite: ViteDevServer
  beforeAll(async () => {
    project = viteProject(msw)
    vite = await createServer(project.config)
    await vite.listen()
  })
  afterAll(async () => {
    await vite.close()
    expect(project.warnings).toEqual([])
  })
  return { url: () => vite.resolvedUrls?.local[0] ?? '' }
}

describe.skipIf(!existsSync(executablePath))('in a browser (needs /usr/bin/chromium)', () => {
  let browser: Browser
  let page: Page
  let messages: string[]

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    page = await browser.newPage()
    messages = []
    page.on('pageerror', ({ message }) => void messages.push(message))
    page.on('console', (message) => {
      // The browser itself reports an error that a response has, as the scenarios intend.
      const isOfResponse = message.location().url.startsWith('https://test.stytch.com/')
      if (['warning', 'error'].includes(message.type()) && !isOfResponse) {
        messages.push(message.text())
      }
    })
  })
  afterEach(async () => {
    await page.close()
    if (messages.length > 0) throw new Error(messages.join('\n'))
  })

  describe('a story', () => {
    const { url } = serve('msw')

    test.each([
      ['Revoked', ['Disconnected']],
      ['TooManyRequestsTwice', ['Try again in 1 s', 'Try again in 1 s', 'Disconnected']],
      ['ServerError', ['Something went wrong; try again', 'Disconnected']],
    ])('shows each state of the button in turn: %s', async (name, texts) => {
      await page.goto(`${url()}stories?story=${name}`)
      for (const text of texts) {
        await page.getByRole('button', { name: 'Disconnect' }).click()
        await page.getByRole('status').getByText(text, { exact: true }).waitFor()
      }
      expect(await page.getByRole('button').isDisabled()).toBe(true)
    })

    test("waits by the page's clock: Slow", async () => {
      await page.clock.install()
      await page.goto(`${url()}stories?story=Slow`)
      await page.getByRole('button', { name: 'Disconnect' }).click()
      await page.clock.runFor(2_900)
      expect(await page.getByRole('status').textContent()).toBe('Disconnecting …')
      await page.clock.runFor(100)
      await page.getByRole('status').getByText('Disconnected', { exact: true }).waitFor()
    })
  })

  describe.each(mswPackages)('with MSW %s', (_, msw) => {
    const { url } = serve(msw)

    async function openWorkerPage(): Promise<void> {
      await page.goto(`${url()}worker`)
      await page.waitForFunction(() => 'engine' in globalThis)
    }

    test('responds by a service worker, with headers and a journal', async () => {
      await openWorkerPage()
      const { connected_app_id } = scenarios.tooManyRequestsTwiceThenRevoked
      const result = await page.evaluate(
        async ([revoke, init]) => {
          const { engine } = globalThis as unknown as { engine: ScenarioEngine } // see worker.ts
          const responses = []
          for (let call = 0; call < 3; call += 1) {
            const { status, headers } = await fetch(revoke, init)
            responses.push([status, headers.get('retry-after')])
          }
          await fetch(`${revoke}?__key=a`, init)
          return {
            responses,
            assertion: engine.key().journal.assert({ status: 429 }, 2),
            totals: [engine.key().journal.total, engine.key('a').journal.total],
          }
        },
        [revokeUrl({ connected_app_id }), { method: 'POST', headers: { authorization } }] as const,
      )
      expect(result).toMatchObject({
        responses: [
          [429, '1'],
          [429, '1'],
          [200, null],
        ],
        assertion: { ok: true },
        totals: [3, 1],
      })
    })

    test('delays a response in a service worker, and ends it when the page aborts', async () => {
      await page.clock.install()
      await openWorkerPage()
      const { connected_app_id } = scenarios.revokedAfter30SecondsForTimeouts
      const send = (abort: boolean) =>
        page.evaluate(
          async ([revoke, init, isAborted]) => {
            const controller = new AbortController()
            const { engine } = globalThis as unknown as { engine: ScenarioEngine } // see worker.ts
            const { journal } = engine.key()
            const { total } = journal
            const pending = fetch(revoke, { ...init, signal: controller.signal })
            Object.assign(globalThis, {
              result: pending.then(
                ({ status }) => status,
                ({ name }: Error) => name,
              ),
            })
            await journal.waitFor({}, total + 1)
            if (isAborted) controller.abort()
          },
          [
            revokeUrl({ connected_app_id }),
            { method: 'POST', headers: { authorization } },
            abort,
          ] as const,
        )
      const result = () => page.evaluate('result')
      await send(false)
      await page.clock.runFor(29_000)
      expect(await page.evaluate(`Promise.race([result, 'pending'])`)).toBe('pending')
      await page.clock.runFor(1_000)
      expect(await result()).toBe(200)
      await send(true)
      expect(await result()).toBe('AbortError')
      // The worker does not pass the abort on to the handlers, as the README says.
      await page.clock.runFor(30_000)
      const finished = await page.evaluate(() => {
        const { engine } = globalThis as unknown as { engine: ScenarioEngine } // see worker.ts
        return engine.key().journal.waitFor({ status: 200 }, 2)
      })
      expect(finished).toMatchObject({ ok: true })
    })
  })
})
