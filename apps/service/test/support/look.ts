import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** A viewport and color scheme in which pages are checked. */
export interface Look {
  width: 390 | 1280
  colorScheme: 'light' | 'dark'
}

const isSoak = process.env['SOAK'] === 'true'

/** Two that differ in both; `vitest --mode soak` takes all four. */
export const looks: readonly Look[] = [
  { width: 390, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  ...(isSoak
    ? ([
        { width: 390, colorScheme: 'dark' },
        { width: 1280, colorScheme: 'light' },
      ] as const)
    : []),
]

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Checks that a page meets accessibility rules, and does not scroll horizontally. */
export async function inspect(page: Page, { width, colorScheme }: Look): Promise<void> {
  const title = await page.title()
  if (isSoak) {
    const file = `${title.slice(0, 30).replaceAll(/\W+/g, '-').toLowerCase()}-${width}-${colorScheme}.png`
    const path = fileURLToPath(new URL(`../../screenshots/${file}`, import.meta.url))
    await page.screenshot({ path, fullPage: true })
  }
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  const severe = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(severe.map(({ id, nodes }) => [title, id, nodes.map(({ html }) => html)])).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
}
