import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type { MeasuredRequest } from './server.ts'

const require = createRequire(import.meta.url)
const autocannon = require.resolve('autocannon')

const connections = 16

/** The fields of autocannon's report that are used here. */
interface Report {
  requests: { average: number }
  latency: { p99: number }
  non2xx: number
  errors: number
}

/** Puts load on a server from a separate process. */
export async function load(
  { url, method, headers }: MeasuredRequest,
  seconds: number,
): Promise<{ perSecond: number; p99Ms: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    autocannon,
    '--json',
    `--connections=${connections}`,
    `--duration=${seconds}`,
    `--method=${method}`,
    '--body={}',
    ...Object.entries(headers).flatMap(([name, value]) => ['--headers', `${name}=${value}`]),
    url,
  ])
  const report = JSON.parse(stdout) as Report // the format of autocannon's --json
  if (report.non2xx > 0 || report.errors > 0) {
    throw new Error(
      `${url}: ${report.non2xx} responses were not 2xx, ${report.errors} requests failed`,
    )
  }
  return { perSecond: report.requests.average, p99Ms: report.latency.p99 }
}
