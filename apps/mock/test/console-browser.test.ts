import { allOperations } from '@connected-apps/contract/operations'
import { exampleResponse } from '@connected-apps/scenarios'
import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock, ScenarioDefinition } from '../src/index.ts'
import { call } from './call.ts'
import { inspect } from './inspect.ts'
import { executablePath, launchBrowser } from './launch-browser.ts'
import { anyOperation, errorOf, successOf } from './operations.ts'

const sequence = 'Too many requests twice, then revoked'

describe.skipIf(!existsSync(executablePath))('the console (needs /usr/bin/chromium)', () => {
  let mock: Mock
  let browser: Browser
  let page: Page
  let key: string
  let tests = 0
  /** What the page reported, and what it requested from other hosts. */
  const complaints: string[] = []

  beforeAll(async () => {
    mock = await startMock()
    browser = await launchBrowser()
    const context = await browser.newContext({ viewport: { width: 1280, height: 844 } })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: mock.url })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => {
      // Chromium reports each response that is an error, which most scenarios are.
      if (!message.text().startsWith('Failed to load resource: the server responded')) {
        complaints.push(message.text())
      }
    })
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol !== 'data:' && origin !== mock.url) complaints.push(request.url())
    })
    await page.clock.install()
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await mock.close()
  })

  beforeEach(async () => {
    tests += 1
    key = `console-${tests}`
    await page.goto(`${mock.urlOf(key)}/`)
    await page.getByText('Live', { exact: true }).waitFor()
  })
  afterEach(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    if (complaints.length > 0) throw new Error(complaints.splice(0).join('\n'))
  })

  const send = () => page.getByRole('button', { name: /^Send/ }).click()
  const choose = (title: string) => page.getByRole('radio', { name: title }).check()
  const journal = () => page.getByRole('region', { name: 'Journal' }).getByRole('listitem')
  const responses = () => page.getByRole('list', { name: 'Responses so far' }).locator('li')
  const statuses = () => responses().allTextContents()

  it.each(allOperations)('sends $operationId, and shows the response', async (operation) => {
    const { operationId, summary, successStatus, method } = operation
    await choose(`${summary} ${method}`)
    await send()
    await responses().waitFor()
    expect(await statuses()).toEqual([String(successStatus)])
    const body = await page.getByRole('region', { name: 'Body of the response' }).textContent()
    const { body: expected } = exampleResponse(operation, successOf(operation))
    expect(JSON.parse(body ?? '')).toEqual(expected)
    const sent = { operationId, status: successStatus } as const
    expect(mock.key(key).journal.assert(sent as object, 1)).toMatchObject({ ok: true })
  })

  it('revokes an app that a Member has, and links to the list that loses it', async () => {
    const body = () => page.getByRole('region', { name: 'Body of the response' }).textContent()
    const { revoked, tooManyRequests } = scenarios
    await choose('Revoked 200')
    await send()
    await responses().waitFor()
    await page.getByRole('link', { name: 'One app per scenario' }).click()
    await page.getByText('Press Send to see the response.').waitFor()
    await send()
    await responses().waitFor()
    expect(await body()).toContain(tooManyRequests.connected_app_id)
    expect(await body()).not.toContain(revoked.connected_app_id)
  })

  it('works with the keyboard alone, and shows a sequence response by response', async () => {
    const isFocused = (selector: string) =>
      page.evaluate((text) => document.activeElement?.matches(text) ?? false, selector)
    const tabTo = async (selector: string) => {
      for (let presses = 0; !(await isFocused(selector)); presses += 1) {
        expect(presses).toBeLessThan(20)
        await page.keyboard.press('Tab')
      }
    }
    await tabTo('[name=scenario]')
    for (let presses = 0; ; presses += 1) {
      if (await page.getByRole('radio', { name: sequence }).isChecked()) break
      expect(presses).toBeLessThan(30)
      await page.keyboard.press('ArrowUp')
    }
    await tabTo('[data-tone=primary]')
    for (const count of [1, 2, 3]) {
      await page.keyboard.press('Enter')
      await expect.poll(statuses).toHaveLength(count)
    }
    expect(await statuses()).toEqual(['429', '429', '200'])
    await page.keyboard.press('Tab') // the override
    await tabTo('[role=tab]')
    await page.keyboard.press('End')
    await page.getByRole('tabpanel', { name: 'MSW' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tabpanel', { name: 'curl' }).waitFor()
    expect(await isFocused('[aria-selected=true]')).toBe(true)
  })

  it('shows requests from other clients as they arrive, and updates them once they are complete', async () => {
    await page.getByText('No requests yet.').waitFor()
    const delayed = call(mock.urlOf(key), anyOperation, { headers: { prefer: 'wait=0.5' } })
    await journal().filter({ hasText: 'pending' }).waitFor()
    await delayed
    await journal()
      .filter({ hasText: String(anyOperation.successStatus) })
      .waitFor()
    await fetch(`${mock.urlOf(key)}/nothing?secret=1`)
    await journal().filter({ hasText: 'GET /nothing' }).waitFor()
    expect(await journal().count()).toBe(2)
    await page.clock.runFor(2_000)
    await page.getByText('2 requests, the latest 404').waitFor()
  })

  it('uses one key for its address, its requests, its code and its journal', async () => {
    await call(mock.url, anyOperation)
    const other = `${key}-other`
    await page.getByLabel('Isolation key').fill(other)
    await page.getByRole('button', { name: 'Use' }).click()
    await page.waitForURL(`${mock.urlOf(other)}/`)
    await page.getByText('belongs to this key alone').waitFor()
    await page.getByText(`point your client at ${mock.urlOf(other)};`).waitFor()
    await send()
    await journal().waitFor()
    await call(mock.urlOf(key), anyOperation)
    await call(mock.urlOf(other), anyOperation)
    await expect.poll(() => journal().count()).toBe(2)
    expect(mock.key(other).journal.total).toBe(2)
    expect(await page.getByRole('tabpanel').textContent()).toContain(`${mock.urlOf(other)}/v1`)
    await page.getByLabel('Isolation key').fill('')
    await page.keyboard.press('Enter')
    await page.getByText('Requests without a key share theirs').waitFor()
    expect(page.url()).toBe(`${mock.url}/`)
    expect(await page.getByRole('tabpanel').textContent()).toContain(`${mock.url}/v1`)
  })

  it('reports an invalid key', async () => {
    await page.getByLabel('Isolation key').fill('a b')
    await page.keyboard.press('Enter')
    await page.getByText('Invalid: an isolation key has 1 to 128 letters, digits').waitFor()
    expect(await page.getByLabel('Isolation key').getAttribute('aria-invalid')).toBe('true')
    expect(page.url()).toBe(`${mock.urlOf(key)}/`)
    await page.goto(`${mock.url}/__mock/s/a%20b/`)
    await page.getByRole('heading', { name: 'Invalid isolation key' }).waitFor()
    await inspect(page, 'invalid-key', [1280, 'dark'])
  })

  it('resets its key: the journal, the sequences and custom scenarios', async () => {
    mock.key(key).define({
      operationId: anyOperation.operationId,
      id: 'mine',
      title: '<script>alert(1)</script>',
      responses: [{ example: errorOf(anyOperation, 'failure') }],
    } as ScenarioDefinition) // the example is one of the operation
    await choose('<script>alert(1)</script>')
    await send()
    await expect.poll(statuses).toEqual(['500'])
    await page.getByRole('tab', { name: 'MSW' }).click()
    expect(await page.getByRole('tabpanel').textContent()).toContain(`key('${key}').define({`)
    await choose(sequence)
    await page.getByText('Override the response, or delay it').click()
    await page.getByLabel('Delay in seconds').fill('0.1')
    await send()
    await expect.poll(statuses).toEqual(['429'])
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByText('No requests yet.').waitFor()
    await expect.poll(() => page.getByRole('radio', { name: '<script>' }).count()).toBe(0)
    expect(mock.key(key).journal.total).toBe(0)
    expect(await statuses()).toEqual([])
    expect(await page.getByLabel('Delay in seconds').inputValue()).toBe('0.1')
    for (const count of [1, 2, 3]) {
      await send()
      await expect.poll(statuses).toHaveLength(count)
    }
    expect(await statuses()).toEqual(['429', '429', '200'])
  })

  it('shows that a sequence has ended, and restarts it', async () => {
    await choose(sequence)
    const ended = page.getByText('The sequence has ended and repeats its last response.')
    for (const count of [1, 2, 3]) {
      expect(await ended.count()).toBe(0)
      await send()
      await expect.poll(statuses).toHaveLength(count)
    }
    await ended.waitFor()
    await inspect(page, 'ended', [390, 'light'])
    await page.getByRole('button', { name: 'Restart' }).click()
    await expect.poll(statuses).toEqual([])
    await send()
    await expect.poll(statuses).toEqual(['429'])
    const { operationId } = anyOperation
    mock.key(key).define({
      operationId,
      id: 'mine',
      responses: [
        { example: errorOf(anyOperation, 'failure') },
        { example: successOf(anyOperation) },
      ],
    } as ScenarioDefinition) // the examples are those of the operation
    await choose('mine')
    for (const count of [1, 2]) {
      await send()
      await expect.poll(statuses).toHaveLength(count)
    }
    await page.getByRole('button', { name: 'Restart' }).click()
    await expect.poll(statuses).toEqual([])
    await send()
    await expect.poll(statuses).toEqual(['500'])
  })

  it('has an address with the operation and the scenario, which opens them', async () => {
    const operation = allOperations.at(-1)
    await choose(`${operation?.summary} ${operation?.method}`)
    const other = page.getByRole('radio').last()
    await other.check()
    const address = page.url()
    const shown = () =>
      page
        .getByRole('region', { name: `${operation?.summary}` })
        .locator('code')
        .first()
    const target = await shown().textContent()
    await page.goto('about:blank')
    await page.goto(address)
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await shown().textContent()).toBe(target)
    expect(await page.getByRole('radio').last().isChecked()).toBe(true)
    const [option, list] = await Promise.all([
      page.getByRole('radio').last().boundingBox(),
      page.getByRole('group', { name: 'Scenario' }).boundingBox(),
    ])
    expect(option?.y).toBeLessThan((list?.y ?? 0) + (list?.height ?? 0))
    await page.goto('about:blank')
    await page.goto(`${mock.urlOf(key)}/#nonesuch/%zz`)
    await page.getByRole('button', { name: 'Send' }).waitFor()
  })

  it('shows a request to an operation that it does not know, of a newer contract', async () => {
    const entry = {
      number: 1,
      arrivedAt: new Date().toISOString(),
      method: 'GET',
      path: '/v1/newer',
      operationId: 'getNewer',
      credentials: 'present',
      session: 'none',
    }
    const data = JSON.stringify({ total: 1, entries: [entry] })
    await page.route('**/journal/events', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: `event: journal\ndata: ${data}\n\n`,
      }),
    )
    await page.route('**/__mock/scenarios', (route) =>
      route.fulfill({ status: 502, json: { message: 'bad gateway' } }),
    )
    await page.reload()
    await journal().filter({ hasText: 'GET /v1/newer' }).waitFor()
    await choose(sequence)
  })

  it('reloads once the mock has a newer page', async () => {
    let isNewer = false
    await page.route(`${mock.urlOf(key)}/`, async (route) => {
      const response = await route.fetch()
      const text = await response.text()
      // As after a build, the page names other files; the browser's own reload gets the real one.
      const isReload = route.request().resourceType() === 'document'
      await route.fulfill({
        response,
        body: isNewer && !isReload ? text.replace(/index-/g, 'newer-') : text,
      })
    })
    isNewer = true
    const reloaded = page.waitForEvent('load')
    mock.key(key).reset()
    await reloaded
    isNewer = false
  })

  it('shows an error when it fails, rather than a blank page', async () => {
    await page.route('**/__mock/scenarios', (route) =>
      route.fulfill({ json: { scenarios: [null] } }),
    )
    await page.reload()
    await page.getByRole('heading', { name: 'This page has failed' }).waitFor()
    await page.getByRole('button', { name: 'Reload' }).waitFor()
    await inspect(page, 'failed', [390, 'dark'])
    complaints.length = 0 // the error itself
  })

  it.each(['curl', 'Client', 'fetch', 'MSW'])('copies the call as %s', async (kind) => {
    await choose(sequence)
    await page.getByRole('tab', { name: kind }).click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toContain(scenarios.tooManyRequestsTwiceThenRevoked.connected_app_id)
    expect(copied.trimEnd()).toBe(await page.getByRole('tabpanel').textContent())
  })

  it('selects the code where the browser has no clipboard', async () => {
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
    })
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Selected' }).waitFor()
    const selected = await page.evaluate(() => String(getSelection()))
    expect(selected).toBe(await page.getByRole('tabpanel').textContent())
  })

  it('counts down after a 429, and can send anyway', async () => {
    await page.route('**/revoke', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, headers: { ...response.headers(), 'retry-after': '120' } })
    })
    await choose(sequence)
    await send()
    await page.getByText(/^Retry-After: you can retry in 1[0-2]\d s\.$/).waitFor()
    await inspect(page, 'rate-limited')
    await page.clock.runFor(60_000)
    await page.getByText(/^Retry-After: you can retry in \d\d s\.$/).waitFor()
    await page.getByRole('button', { name: 'Send anyway' }).click()
    await expect.poll(statuses).toEqual(['429', '429'])
    await page.clock.runFor(120_000)
    await page.getByText('You can retry now.').first().waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor()
  })

  it('sends a preference that overrides the scenario, and stops waiting when cancelled', async () => {
    await page.getByText('Override the response, or delay it').click()
    const { examples } = anyOperation
    const failure = errorOf(anyOperation, 'failure')
    const { status, scenario } = examples[failure] ?? {}
    await page.getByLabel('Response', { exact: true }).selectOption(`${status} ${scenario?.title}`)
    await send()
    await expect.poll(statuses).toEqual([String(status)])
    await page.getByLabel('Delay in seconds').fill('30')
    await page.getByText(`Prefer: example=${failure}, wait=30`).first().waitFor()
    await send()
    await journal().filter({ hasText: 'pending' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('The request was cancelled.').waitFor()
    await journal().filter({ hasText: 'disconnected' }).waitFor()
  })

  it('keeps no connection while it is hidden, and misses nothing', async () => {
    const show = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, isHidden)
    await call(mock.urlOf(key), anyOperation)
    await expect.poll(() => journal().count()).toBe(1)
    const ended = page.waitForEvent('requestfailed')
    await show(true)
    expect((await ended).url()).toBe(`${mock.urlOf(key)}/__mock/journal/events`)
    for (let sent = 0; sent < 3; sent += 1) await call(mock.urlOf(key), anyOperation)
    expect(await journal().count()).toBe(1)
    await show(false)
    await expect.poll(() => journal().count()).toBe(4)
    await call(mock.urlOf(key), anyOperation)
    await expect.poll(() => journal().count()).toBe(5)
  })

  it('reports that the mock does not respond', async () => {
    await page.route('**/v1/**', (route) => route.abort())
    await send()
    await page.getByText('The mock did not respond. Is it still running?').waitFor()
    complaints.length = 0 // Chromium reports the request that failed
  })

  it('brings the response into view where it is below the fold', async () => {
    const { width, height } = page.viewportSize() ?? { width: 1280, height: 844 }
    await page.setViewportSize({ width: 390, height })
    const body = page.getByRole('region', { name: 'Body of the response' })
    await send()
    await body.waitFor()
    const isInView = () =>
      body.evaluate((element) => element.getBoundingClientRect().top < innerHeight)
    await expect.poll(isInView).toBe(true)
    await page.setViewportSize({ width, height })
  })

  it('is accessible and cuts nothing off: before the first request, and after many', async () => {
    await inspect(page, 'empty', [390, 'light'])
    for (let sent = 0; sent < 200; sent += 1) {
      if (sent % 7 === 0) await fetch(`${mock.urlOf(key)}/${'long-'.repeat(sent + 1)}`)
      else
        await call(
          mock.urlOf(key),
          anyOperation,
          sent % 3 === 0 ? {} : { headers: { prefer: 'code=500' } },
        )
    }
    await expect.poll(() => journal().count()).toBe(200)
    const lists = allOperations.find(({ operationId }) => operationId === 'getMemberConnectedApps')
    await choose(`${lists?.summary} ${lists?.method}`)
    await choose('One app per scenario')
    await send()
    await expect.poll(statuses).toEqual(['200'])
    await page.getByText('The latest 200 of 201').waitFor()
    await inspect(page, 'many', [390, 'dark'])
  }, 120_000)

  it('links to the contract', async () => {
    const links = page.getByRole('navigation', { name: 'The contract' }).getByRole('link')
    const targets = await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')))
    expect(targets).toEqual(['/reference', '/openapi.yaml', '/openapi.json'])
  })
})
