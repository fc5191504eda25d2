import type { Address } from '../http/listen.ts'
import { controlPrefix } from '../http/request.ts'
import { exampleCurl } from '../mock/example-request.ts'
import { startMock } from '../mock/start.ts'
import { startProxy } from '../proxy/start.ts'
import type { Proxy, ProxyOptions } from '../proxy/start.ts'
import { describeViolation } from '../proxy/violations.ts'

/** Runs the mock until a signal stops it. */
export async function runMock(address: Address): Promise<void> {
  const mock = await startMock(address)
  onStopSignal(async () => {
    await mock.close()
    return 0
  })
  console.log(`Mock of Revoke Connected App: ${mock.url}
  scenarios and how to use them: ${mock.url}/
  received requests:             ${mock.url}${controlPrefix}/journal

Try it:
  ${exampleCurl(mock.url)}

Press Ctrl-C to stop.`)
}

/**
 * Runs the validation proxy until a signal stops it. The exit code is 1 after a violation, and also
 * if the result is unknown: when the upstream failed, or when nothing was checked.
 */
export async function runProxy(
  options: Omit<ProxyOptions, 'onViolation' | 'onFailure'>,
): Promise<void> {
  const proxy = await startProxy({
    ...options,
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
  console.log(`Validation proxy: ${proxy.url} -> ${String(options.upstream)}
  violations of the contract: ${proxy.url}${controlPrefix}/violations

Point your client at ${proxy.url}. Press Ctrl-C to stop. The exit code is 1 if anything violated the contract or nothing was checked.`)
}

function summaryOf({ exchanges, violations, failures }: ReturnType<Proxy['totals']>): string[] {
  return [
    `checked ${exchanges} exchange(s), found ${violations} violation(s)`,
    ...(failures > 0 ? [`the upstream failed ${failures} time(s)`] : []),
    ...(exchanges === 0 ? ['nothing was checked, so the result is unknown'] : []),
  ]
}

/** Calls `stop` once on Ctrl-C or SIGTERM; the number that it resolves to becomes the exit code. */
function onStopSignal(stop: () => Promise<number>): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      stop().then(
        (code) => process.exit(code),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    })
  }
}
