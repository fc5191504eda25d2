import { controlPrefix } from '../control.ts'
import { startProxy } from '../proxy.ts'
import type { Proxy, ProxyOptions } from '../proxy.ts'
import { onStopSignal } from './stop-signal.ts'
import { describeViolation } from '../violation-log.ts'

/**
 * Runs the validation proxy until it is told to stop. It exits with 1 if it saw a violation, and
 * also if it cannot know: when the upstream failed, and when nothing was checked.
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
  what breaks the contract: ${proxy.url}${controlPrefix}/violations

Point your client at ${proxy.url}. Ctrl-C stops it, with exit code 1 if anything broke the contract or nothing was checked.`)
}

function summaryOf({ exchanges, violations, failures }: ReturnType<Proxy['totals']>): string[] {
  return [
    `checked ${exchanges} exchange(s), found ${violations} violation(s)`,
    ...(failures > 0 ? [`the upstream failed ${failures} time(s)`] : []),
    ...(exchanges === 0 ? ['nothing was checked, so nothing is known'] : []),
  ]
}
