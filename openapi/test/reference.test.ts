import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { at, inOperation, readContract } from './contract-edits.ts'
import { runScript } from './run-script.ts'

const executablePath = '/usr/bin/chromium'

test.skipIf(!existsSync(executablePath))(
  'the reference works without a network (needs /usr/bin/chromium)',
  async () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'reference-'))
    const file = join(directory.path, 'reference.html')
    expect(await runScript('reference', [file])).toMatchObject({ exitCode: 0 })

    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
    try {
      const page = await browser.newPage()
      const errors: string[] = []
      const requests: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      page.on('request', (request) => requests.push(request.url()))
      await page.route('**', (route) =>
        /^(?:file|data|blob):/.test(route.request().url()) ? route.continue() : route.abort(),
      )

      await page.goto(pathToFileURL(file).href)
      const contract = readContract()
      const { title, version } = at(contract, 'info')
      await page.getByRole('heading', { name: `${String(title)} (${String(version)})` }).waitFor()
      // The script of the page runs: the group of an operation unfolds, and a click shows it.
      const { tags, summary } = inOperation(contract)
      await page.getByText(String(tags), { exact: true }).first().click()
      await page.getByText(String(summary), { exact: true }).first().click()
      await page.getByRole('heading', { name: String(summary) }).waitFor()
      await page.waitForLoadState('networkidle')

      expect(errors).toEqual([])
      expect(requests.filter((url) => !/^(?:file|data|blob):/.test(url))).toEqual([])
      expect(requests.filter((url) => url.startsWith('file:'))).toHaveLength(1)
    } finally {
      await browser.close()
    }
  },
)
