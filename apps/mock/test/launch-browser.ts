import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Debian's. */
export const executablePath = '/usr/bin/chromium'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
}
