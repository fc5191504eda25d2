import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { fetchPackages } from '../../../../scripts/fetch-packages.ts'
import type { CheckResults } from './checks.ts'

const execute = promisify(execFile)
// A runtime that hangs must not outlive its test. SIGKILL is the one signal that it cannot ignore.
const processOptions = { timeout: 60_000, killSignal: 'SIGKILL' } as const

/** The runtimes that consumers use besides Node.js and browsers. */
const versions = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' }

const cache = fileURLToPath(new URL('../../node_modules/.cache/runtimes', import.meta.url))

/** What each program has in its environment, as far as its runtime gives it one. */
export const environment = {
  STYTCH_PROJECT_ID: 'project-test-of-the-environment',
  STYTCH_SECRET: 'secret-of-the-environment',
}

/** Where Debian installs it. */
export const chromiumPath = '/usr/bin/chromium'

export interface Program {
  /** An empty directory, which the caller removes. */
  directory: string
  /** The client and checks.ts, bundled into one ES module. */
  code: string
  /** The URL of the provider. */
  url: string
}

/** Runs the program in a runtime, and returns the results of its checks. */
export const runtimes: Record<string, (program: Program) => Promise<CheckResults>> = {
  'Node.js': (program) => runCommand(program, process.execPath, []),
  Deno: runDeno,
  'Deno with --allow-env': (program) =>
    runDeno(program, [`--allow-env=${Object.keys(environment).join()}`]),
  Bun: async (program) => runCommand(program, await binary('bun'), []),
  // At the first date, requests have no `cache` yet.
  'workerd at 2024-09-01': (program) => runWorker(program, '2024-09-01'),
  'workerd at 2026-11-01': (program) => runWorker(program, '2026-11-01'),
  Chromium: runInChromium,
}

async function runDeno(program: Program, permissions: string[] = []): Promise<CheckResults> {
  return runCommand(
    program,
    await binary('deno'),
    ['run', '--no-prompt', '--allow-net=127.0.0.1', ...permissions],
    // By default, Deno writes to the user's home directory.
    { DENO_DIR: join(program.directory, 'deno') },
  )
}

async function binary(name: keyof typeof versions): Promise<string> {
  return join(await fetchPackages(cache, versions), '.bin', name)
}

async function runCommand(
  { directory, code, url }: Program,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CheckResults> {
  await writeFile(join(directory, 'checks.mjs'), code)
  await writeFile(
    join(directory, 'program.mjs'),
    `import { runChecks } from './checks.mjs'
console.log(JSON.stringify(await runChecks('${url}')))`,
  )
  const { stdout } = await execute(command, [...args, 'program.mjs'], {
    cwd: directory,
    env: { ...process.env, ...environment, ...env },
    ...processOptions,
  })
  return JSON.parse(stdout)
}

/**
 * The runtime of Cloudflare Workers. Its compatibility date decides how its APIs behave. It can
 * reach loopback only if its config allows private networks.
 */
async function runWorker(
  { directory, code, url }: Program,
  compatibilityDate: string,
): Promise<CheckResults> {
  await writeFile(join(directory, 'checks.mjs'), code)
  await writeFile(
    join(directory, 'worker.mjs'),
    `import { runChecks } from './checks.mjs'
export default { test: async () => console.log(JSON.stringify(await runChecks('${url}'))) }`,
  )
  await writeFile(
    join(directory, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "worker", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
      (name = "checks.mjs", esModule = embed "checks.mjs"),
    ],
    compatibilityDate = "${compatibilityDate}",
    globalOutbound = "network",
  )),
  (name = "network", network = (allow = ["private"])),
]);`,
  )
  const { stdout } = await execute(await binary('workerd'), ['test', 'worker.capnp'], {
    cwd: directory,
    ...processOptions,
  })
  return JSON.parse(stdout)
}

async function runInChromium({ code, url }: Program): Promise<CheckResults> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    const module = `data:text/javascript,${encodeURIComponent(code)}`
    // JSON quotes the apostrophes that encodeURIComponent leaves as they are.
    const program = `import(${JSON.stringify(module)}).then(({ runChecks }) => runChecks('${url}'))`
    return await Promise.race([page.evaluate<CheckResults>(program), rejectAfterTimeout()])
  } finally {
    await browser.close()
  }
}

async function rejectAfterTimeout(): Promise<never> {
  await setTimeout(processOptions.timeout, undefined, { ref: false })
  throw new Error(`The program took longer than ${processOptions.timeout} ms.`)
}
