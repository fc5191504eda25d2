import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'

/** Debian's. */
export const executablePath = '/usr/bin/chromium'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
}

/** A look at the screen: how wide it is, and whether it is dark. */
export interface Look {
  width: 390 | 1280
  colorScheme: 'light' | 'dark'
}

export const looks: readonly [Look, Look, Look, Look] = [
  { width: 390, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
]

/** Pages that are free to be used again, which is faster than new ones, by how they look. */
const idle = new Map<Look, Page[]>()

/** Opens an address with cookies of its own, until the page is disposed of. */
export async function open(
  browser: Browser,
  url: string,
  look: Look,
): Promise<{ page: Page } & AsyncDisposable> {
  const page = idle.get(look)?.pop() ?? (await newPage(browser, look))
  // The hosts of logos. Any other request to another host fails the test.
  await page.route(
    (address) => address.origin !== new URL(url).origin,
    (route) => {
      expect(route.request().resourceType()).toBe('image')
      return route.fulfill({ contentType: 'image/svg+xml', body: logo })
    },
  )
  await page.goto(url)
  return {
    page,
    async [Symbol.asyncDispose]() {
      await page.goto('about:blank')
      await page.unrouteAll()
      await page.context().clearCookies()
      idle.set(look, [...(idle.get(look) ?? []), page])
    },
  }
}

async function newPage(browser: Browser, { width, colorScheme }: Look): Promise<Page> {
  const viewport = { width, height: 844 }
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
  return context.newPage()
}

const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44"><rect width="44" height="44" fill="#3b6fd4"/><path d="M12 15h20v17H12zm0 5h20M17 12v5m10-5v5" stroke="#fff" stroke-width="2" fill="none"/></svg>'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Checks that people with a screen reader or low vision can use the page, and takes a screenshot. */
export async function inspect(page: Page, name: string): Promise<void> {
  const { width } = page.viewportSize() ?? {}
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  const file = `${name.replaceAll(/\W+/g, '-').toLowerCase()}-${width}-${isDark ? 'dark' : 'light'}.png`
  const path = fileURLToPath(new URL(`../screenshots/${file}`, import.meta.url))
  await page.screenshot({ path, fullPage: true })
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  const severe = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(severe.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  expect(await page.locator('img:not([referrerpolicy=no-referrer])').count()).toBe(0)
  // Nothing is cut off at the side.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
}

/** Disconnects an app, and confirms it. */
export async function disconnect(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Disconnect ${name}`, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
}
