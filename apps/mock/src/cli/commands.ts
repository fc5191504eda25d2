import { allOperations, contract } from '@connected-apps/contract/operations'
import { prepareDestinations, writeReports } from '@connected-apps/contract-tests/reporting'
import type { Destination } from '@connected-apps/contract-tests/reporting'
import { waitForResponse } from '@connected-apps/node-http'
import { CommandError, onStopSignal, satisfiesEngine } from '@connected-apps/node-http/command'
import { controlPrefix } from '@connected-apps/scenarios'
import type { RunningServer } from '../http/server.ts'
import { curlSnippet } from '../snippets/curl.ts'
import { prismEngine } from '../mock/prism.ts'
import { startMock } from '../mock/start.ts'
import type { MockOptions } from '../mock/start.ts'
import { printable } from '../printable.ts'
import { isPassed, trafficView } from '../proxy/report.ts'
import { startProxy } from '../proxy/start.ts'
import { describeViolation } from '../proxy/violations.ts'
import { createRequestLog } from './request-log.ts'
import { runTests } from './run-tests.ts'

/** The options of `serve`. */
export interface MockCommandOptions {
  host: string
  port: number
  quiet?: boolean
}

/** The options of `proxy`. */
export interface ProxyCommandOptions {
  host: string
  port?: number
  upstream: string
  passOtherRoutes?: boolean
  reporter?: Destination[]
  /** The variable in which the command finds the address of the proxy. */
  env?: string
  /** How many seconds the upstream may take until it responds. */
  wait?: number
}

const defaultPort = 4011
const defaultWaitSeconds = 60

const names = { host: '--host', port: '--port' }
const contractName = `${contract.title} ${contract.version}`

/**
 * Runs the mock until a signal stops it.
 *
 * @param start starts it; by default, one that does not change
 */
export async function runMock(
  { quiet, ...address }: MockCommandOptions,
  start: (options: MockOptions) => Promise<RunningServer> = startMock,
): Promise<void> {
  if (!satisfiesEngine(prismEngine)) {
    const message = `Prism requires Node.js ${prismEngine}, and this is ${process.versions.node}; the mock passes its tests on 20, 22 and 24`
    console.error(`connected-apps-mock: ${message}`)
  }
  const onRequest = quiet ? undefined : createRequestLog()
  const mock = await start({
    ...address,
    names: { ...names, port: '--port or MOCK_PORT' },
    ...(onRequest && { onRequest }),
  })
  onStopSignal(async () => {
    await mock.close()
    return 0
  })
  console.log(`Mock of ${contractName}: ${mock.url}
  console, with all scenarios:   ${mock.url}/
  received requests:             ${mock.url}${controlPrefix}/journal

Try it:
${allOperations.map((operation) => `  ${curlSnippet({ origin: mock.url, operation })}`).join('\n')}

Press Ctrl-C to stop.`)
}

/**
 * Runs the validation proxy until a signal stops it or, with a command, until that has ended. The
 * exit code is that of the command. If that is 0, and without a command, it is 1 after a violation,
 * and also if the result is unknown: when a request got no response, or when nothing was checked.
 */
export async function runProxy(
  { reporter = [], env, wait, ...options }: ProxyCommandOptions,
  command?: readonly string[],
): Promise<void> {
  await prepareDestinations(reporter, { isOutputFree: false })
  const proxy = await startProxy({
    ...options,
    port: options.port ?? (command ? 0 : defaultPort),
    names,
    onViolation: (violation, method, path) =>
      console.error(printable(`${method} ${path} -> ${describeViolation(violation)}`)),
    onFailure: (message, method, path) =>
      console.error(printable(`${method} ${path} -> ${message}`)),
  })
  const report = async () => {
    const totals = proxy.totals()
    const view = trafficView(proxy.traffic(), totals)
    // Not to standard output, which belongs to the command.
    await writeReports(view, reporter, (text) => process.stderr.write(text))
    return isPassed(totals) ? 0 : 1
  }
  const introduction = `Validation proxy of ${contractName}: ${proxy.url} -> ${options.upstream}`
  if (command === undefined) {
    onStopSignal(async () => {
      await proxy.close()
      return report()
    })
    console.log(`${introduction}
  violations of the contract: ${proxy.url}/

Point your client at ${proxy.url}. Press Ctrl-C to stop. The exit code is 1 if anything violated the contract or nothing was checked.`)
    return
  }
  console.error(introduction)
  let code: number
  try {
    await requireUpstream(options.upstream, wait ?? defaultWaitSeconds)
    code = await runTests(command, { [env ?? 'CONNECTED_APPS_BASE_URL']: proxy.url })
  } finally {
    await proxy.close() // before the report, which then counts the requests that are still open
  }
  const result = await report()
  process.exitCode = code || result
}

async function requireUpstream(upstream: string, waitSeconds: number): Promise<void> {
  const problem = await waitForResponse(upstream, waitSeconds * 1000)
  if (problem === undefined) return
  const { reason, remedy = 'start it, or wait longer with --wait' } = problem
  throw new CommandError(
    `${upstream} did not respond within ${waitSeconds} s: ${reason}; ${remedy}`,
  )
}
