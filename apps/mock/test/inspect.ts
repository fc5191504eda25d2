import type { AxeResults } from 'axe-core'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const isSoak = process.env['SOAK'] !== undefined

/** How wide a page is, and its color scheme. */
type Look = readonly [width: 390 | 1280, colorScheme: 'light' | 'dark']

const allLooks: readonly Look[] = [
  [390, 'light'],
  [390, 'dark'],
  [1280, 'dark'],
  [1280, 'light'],
]

/**
 * Checks that people with a screen reader or low vision can use the page, and that nothing is cut
 * off at the side: however the page looks, or only with one look. A soak always looks at all, and
 * takes pictures.
 */
export async function inspect(page: Page, name: string, look?: Look): Promise<void> {
  const before = page.viewportSize()
  for (const [width, colorScheme] of isSoak || !look ? allLooks : [look]) {
    await page.setViewportSize({ width, height: 844 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    // The policy of the page forbids scripts that are not its own, but not those of the debugger.
    await page.evaluate(axe)
    const { violations } = await page.evaluate<AxeResults>('axe.run()')
    const severe = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(severe.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    if (!isSoak) continue
    const file = `../screenshots/${name}-${width}-${colorScheme}.png`
    const path = fileURLToPath(new URL(file, import.meta.url))
    await page.screenshot({ path, fullPage: true })
  }
  if (before) await page.setViewportSize(before)
}
