import { flags } from './flags.ts'

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`
    return `  ${flag.padEnd(20)} ${help}`
  })
  return `Usage: connected-apps-mock [flags]
       connected-apps-mock proxy --upstream URL [flags]

Serves the Revoke Connected App contract, or watches over the traffic to a provider of it.

${rows.join('\n')}`
}
