import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { median } from './median.ts'

const RUNS = 9
const run = promisify(execFile)

/** Median milliseconds to import each package in a fresh process. */
export async function measureImports(packages: string[]): Promise<Record<string, number>> {
  const times = Object.fromEntries(packages.map((name) => [name, [] as number[]]))
  for (let round = 0; round < RUNS; round++) {
    for (const name of packages) times[name]?.push(await importMs(name))
  }
  return Object.fromEntries(packages.map((name) => [name, Math.round(median(times[name] ?? []))]))
}

async function importMs(name: string): Promise<number> {
  const code = `const start = performance.now(); await import('${name}'); console.log(performance.now() - start)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: import.meta.dirname,
  })
  return Number(stdout)
}
