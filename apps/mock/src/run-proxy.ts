import { controlPrefix } from './control.ts'
import { startProxy } from './proxy.ts'
import type { Address } from './server.ts'
import { onStopSignal } from './stop-signal.ts'
import { describeViolation } from './violation-log.ts'

/** Runs the validation proxy until it is told to stop; it exits with 1 if it saw a violation. */
export async function runProxy({
  upstream,
  ...address
}: Address & { upstream: URL }): Promise<void> {
  const proxy = await startProxy({
    ...address,
    upstream,
    onViolation: (violation, method, path) =>
      console.error(`${method} ${path} -> ${describeViolation(violation)}`),
  })
  onStopSignal(async () => {
    const { exchanges, violations } = proxy.totals()
    await proxy.close()
    console.error(`checked ${exchanges} exchange(s), found ${violations} violation(s)`)
    return violations === 0 ? 0 : 1
  })
  console.log(`Validation proxy: ${proxy.url} -> ${upstream.href}
  what breaks the contract: ${proxy.url}${controlPrefix}/violations

Point your client at ${proxy.url}. Ctrl-C stops it, with exit code 1 if anything broke the contract.`)
}
