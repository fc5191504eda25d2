import { controlPrefix } from '../control.ts'
import { startProxy } from '../proxy.ts'
import type { ProxyOptions } from '../proxy.ts'
import { onStopSignal } from './stop-signal.ts'
import { describeViolation } from '../violation-log.ts'

/** Runs the validation proxy until it is told to stop; it exits with 1 if it saw a violation. */
export async function runProxy(options: Omit<ProxyOptions, 'onViolation'>): Promise<void> {
  const proxy = await startProxy({
    ...options,
    onViolation: (violation, method, path) =>
      console.error(`${method} ${path} -> ${describeViolation(violation)}`),
  })
  onStopSignal(async () => {
    const { exchanges, violations } = proxy.totals()
    await proxy.close()
    console.error(`checked ${exchanges} exchange(s), found ${violations} violation(s)`)
    return violations === 0 ? 0 : 1
  })
  console.log(`Validation proxy: ${proxy.url} -> ${String(options.upstream)}
  what breaks the contract: ${proxy.url}${controlPrefix}/violations

Point your client at ${proxy.url}. Ctrl-C stops it, with exit code 1 if anything broke the contract.`)
}
