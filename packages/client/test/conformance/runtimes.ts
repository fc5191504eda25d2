import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { fetchPackages } from '../../../../scripts/fetch-packages.ts'
import type { Kept } from './promises.ts'

const execute = promisify(execFile)
// A runtime that hangs must not outlive its test, whatever it does with signals.
const limits = { timeout: 60_000, killSignal: 'SIGKILL' } as const

/** What consumers run beside Node.js and browsers. */
const versions = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' }

const cache = fileURLToPath(new URL('../../node_modules/.cache/runtimes', import.meta.url))

/** Where Debian puts it. */
export const chromiumPath = '/usr/bin/chromium'

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
  Deno: async (program) =>
    runCommand(
      program,
      await binary('deno'),
      ['run', '--no-prompt', '--allow-net=127.0.0.1'],
      // Else it writes into the home of whoever runs the tests.
      { DENO_DIR: join(program.folder, 'deno') },
    ),
  Bun: async (program) => runCommand(program, await binary('bun'), []),
  workerd: runWorker,
  Chromium: runInChromium,
}

async function binary(name: keyof typeof versions): Promise<string> {
  return join(await fetchPackages(cache, versions), '.bin', name)
}

async function runCommand(
  { folder, code, url }: Program,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Kept> {
  await writeFile(join(folder, 'promises.mjs'), code)
  await writeFile(
    join(folder, 'program.mjs'),
    `import { tryPromises } from './promises.mjs'
console.log(JSON.stringify(await tryPromises('${url}')))`,
  )
  const { stdout } = await execute(command, [...args, 'program.mjs'], {
    cwd: folder,
    env: { ...process.env, ...env },
    ...limits,
  })
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
  const { stdout } = await execute(await binary('workerd'), ['test', 'worker.capnp'], {
    cwd: folder,
    ...limits,
  })
  return JSON.parse(stdout)
}

async function runInChromium({ code, url }: Program): Promise<Kept> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    const module = `data:text/javascript,${encodeURIComponent(code)}`
    const program = `import('${module}').then(({ tryPromises }) => tryPromises('${url}'))`
    return await Promise.race([page.evaluate<Kept>(program), expire()])
  } finally {
    await browser.close()
  }
}

async function expire(): Promise<never> {
  await setTimeout(limits.timeout, undefined, { ref: false })
  throw new Error(`The program took longer than ${limits.timeout} ms.`)
}
