import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

const require = createRequire(import.meta.url)
const autocannon = require.resolve('autocannon')

const connections = 16

/** The part of autocannon's report that is used here. */
interface Report {
  requests: { average: number }
  latency: { p99: number }
  non2xx: number
  errors: number
}

/** Loads a server from a process of its own. */
export async function load(
  url: string,
  headers: Record<string, string>,
  seconds: number,
): Promise<{ perSecond: number; p99Ms: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    autocannon,
    '--json',
    `--connections=${connections}`,
    `--duration=${seconds}`,
    '--method=POST',
    '--body={}',
    ...Object.entries(headers).flatMap(([name, value]) => ['--headers', `${name}=${value}`]),
    url,
  ])
  const report = JSON.parse(stdout) as Report // autocannon's own format
  if (report.non2xx > 0 || report.errors > 0) {
    throw new Error(`${url}: ${report.non2xx} responses were no 200, ${report.errors} failed`)
  }
  return { perSecond: report.requests.average, p99Ms: report.latency.p99 }
}
