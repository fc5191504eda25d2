import { createHash } from 'node:crypto'
import { mkdir, mkdtempDisposable, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './command.ts'
import { contractPath } from './contract-file.ts'
import { redocly } from './redocly.ts'

const defaultPage = fileURLToPath(new URL('../dist/reference.html', import.meta.url))

/**
 * Renders the contract as one HTML page with its script inlined, so that it makes no requests to other
 * hosts.
 */
export async function buildReference(page = defaultPage): Promise<void> {
  await mkdir(dirname(page), { recursive: true })
  // Renamed once it is complete, so that a build that fails leaves the last page unchanged.
  await using directory = await mkdtempDisposable(join(dirname(page), 'reference-'))
  const draft = join(directory.path, 'reference.html')
  const build = await redocly('build-docs', contractPath, '--inlineBundle', '--output', draft)
  if (build.exitCode !== 0) throw new Error(`the reference was not built: ${build.stderr}`)
  await writeFile(draft, withoutNetwork(await readFile(draft, 'utf8')))
  await rename(draft, page)
}

/** Redoc's own script loads only the logo of its vendor from elsewhere. */
const logo = /https:\/\/cdn\.redoc\.ly\/[\w/-]+\.svg/g

function withoutNetwork(html: string): string {
  const page = html.replaceAll(logo, 'data:,')
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyOf(page)}">`
  return page.replace('<head>', `<head>\n  ${meta}`)
}

/**
 * Forbids requests to other hosts, even if a later version of Redoc makes some, and scripts other than
 * those of the page, such as one in a text of the contract.
 */
function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
  ].join('; ')
}

if (import.meta.main) {
  await runCommand({
    help: `Usage: node scripts/reference.ts [PAGE]

Renders the contract as one HTML page, dist/reference.html unless another file is named.`,
    maxFiles: 1,
    async run(_flags, [page]) {
      await buildReference(page)
      return 0
    },
  })
}
