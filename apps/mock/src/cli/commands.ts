import { allOperations, contract } from '@connected-apps/contract/operations'
import { onStopSignal } from '@connected-apps/node-http/command'
import { controlPrefix } from '../http/request.ts'
import { exampleCurl } from '../mock/example-request.ts'
import { startMock } from '../mock/start.ts'
import { startProxy } from '../proxy/start.ts'
import type { Proxy } from '../proxy/start.ts'
import { describeViolation } from '../proxy/violations.ts'

interface Address {
  host: string
  port: number
}

/** The options of `proxy`. */
export interface ProxyCommandOptions extends Address {
  upstream: string
  passOtherRoutes?: boolean
}

const names = { host: '--host', port: '--port' }
const contractName = `${contract.title} ${contract.version}`

/** Runs the mock until a signal stops it. */
export async function runMock(address: Address): Promise<void> {
  const mock = await startMock({ ...address, names })
  onStopSignal(async () => {
    await mock.close()
    return 0
  })
  console.log(`Mock of ${contractName}: ${mock.url}
  scenarios and how to use them: ${mock.url}/
  received requests:             ${mock.url}${controlPrefix}/journal

Try it:
${allOperations.map((operation) => `  ${exampleCurl(mock.url, operation)}`).join('\n')}

Press Ctrl-C to stop.`)
}

/**
 * Runs the validation proxy until a signal stops it. The exit code is 1 after a violation, and also
 * if the result is unknown: when the upstream failed, or when nothing was checked.
 */
export async function runProxy(options: ProxyCommandOptions): Promise<void> {
  const proxy = await startProxy({
    ...options,
    names,
    onViolation: (violation, method, path) =>
      console.error(`${method} ${path} -> ${describeViolation(violation)}`),
    onFailure: (message, method, path) => console.error(`${method} ${path} -> ${message}`),
  })
  onStopSignal(async () => {
    const totals = proxy.totals()
    await proxy.close()
    console.error(summaryOf(totals).join('; '))
    return totals.exchanges > 0 && totals.violations + totals.failures === 0 ? 0 : 1
  })
  console.log(`Validation proxy of ${contractName}: ${proxy.url} -> ${options.upstream}
  violations of the contract: ${proxy.url}${controlPrefix}/violations

Point your client at ${proxy.url}. Press Ctrl-C to stop. The exit code is 1 if anything violated the contract or nothing was checked.`)
}

function summaryOf({ exchanges, violations, failures }: ReturnType<Proxy['totals']>): string[] {
  return [
    `checked ${exchanges} exchange(s) against ${contractName}, found ${violations} violation(s)`,
    ...(failures > 0 ? [`the upstream failed ${failures} time(s)`] : []),
    ...(exchanges === 0 ? ['nothing was checked, so the result is unknown'] : []),
  ]
}
