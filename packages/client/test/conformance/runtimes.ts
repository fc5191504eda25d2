import { execFile } from 'node:child_process'
import { readFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import type { Kept } from './promises.ts'

const execute = promisify(execFile)
// A runtime that does not come up, or a registry that does not answer, must not hang a test.
const timeout = 300_000

const versions = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' }
const manifest = JSON.stringify({
  private: true,
  dependencies: versions,
  // npm 12 and later run no install script that is not named; these put the binaries in place.
  allowScripts: { bun: true, deno: true, workerd: true },
})

const cache = fileURLToPath(new URL('../../node_modules/.cache/runtimes', import.meta.url))

/** Where Debian puts it. */
export const chromiumPath = '/usr/bin/chromium'

/** Fetches what consumers run beside Node.js and browsers, unless an earlier run has done so. */
export async function fetchRuntimes(): Promise<void> {
  const stamp = join(cache, 'installed.json')
  const installed = await readFile(stamp, 'utf8').catch(() => 'nothing')
  if (installed === manifest) return
  await mkdir(cache, { recursive: true })
  await writeFile(join(cache, 'package.json'), manifest)
  const flags = ['--prefer-offline', '--no-audit', '--no-fund']
  await execute('npm', ['install', ...flags], { cwd: cache, timeout })
  await writeFile(stamp, manifest)
}

export interface Program {
  /** An empty folder, to be removed by the caller. */
  folder: string
  /** The client and promises.ts, as one ES module. */
  code: string
  /** Of the provider. */
  url: string
}

/** Runs the program in each runtime, and gives what it found. */
export const runtimes: Record<string, (program: Program) => Promise<Kept>> = {
  'Node.js': (program) => runCommand(program, process.execPath, []),
  Deno: (program) =>
    runCommand(program, binary('deno'), ['run', '--no-prompt', '--allow-net=127.0.0.1']),
  Bun: (program) => runCommand(program, binary('bun'), []),
  workerd: runWorker,
  Chromium: runInChromium,
}

function binary(name: keyof typeof versions): string {
  return join(cache, 'node_modules/.bin', name)
}

async function runCommand(
  { folder, code, url }: Program,
  command: string,
  args: string[],
): Promise<Kept> {
  await writeFile(join(folder, 'promises.mjs'), code)
  await writeFile(
    join(folder, 'program.mjs'),
    `import { tryPromises } from './promises.mjs'
console.log(JSON.stringify(await tryPromises('${url}')))`,
  )
  const { stdout } = await execute(command, [...args, 'program.mjs'], { cwd: folder, timeout })
  return JSON.parse(stdout)
}

/** The runtime of Cloudflare Workers. Its network is closed to loopback unless opened. */
async function runWorker({ folder, code, url }: Program): Promise<Kept> {
  await writeFile(join(folder, 'promises.mjs'), code)
  await writeFile(
    join(folder, 'worker.mjs'),
    `import { tryPromises } from './promises.mjs'
export default { test: async () => console.log(JSON.stringify(await tryPromises('${url}'))) }`,
  )
  await writeFile(
    join(folder, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "worker", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
      (name = "promises.mjs", esModule = embed "promises.mjs"),
    ],
    compatibilityDate = "2026-11-01",
    globalOutbound = "network",
  )),
  (name = "network", network = (allow = ["private"])),
]);`,
  )
  const { stdout } = await execute(binary('workerd'), ['test', 'worker.capnp'], {
    cwd: folder,
    timeout,
  })
  return JSON.parse(stdout)
}

async function runInChromium({ code, url }: Program): Promise<Kept> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    const module = `data:text/javascript,${encodeURIComponent(code)}`
    return await page.evaluate(
      `import('${module}').then(({ tryPromises }) => tryPromises('${url}'))`,
    )
  } finally {
    await browser.close()
  }
}
