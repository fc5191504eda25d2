import { flags } from './flags.ts'

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.entries(flags).map(([name, { value, variable, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`
    return [`  ${flag}`, `      ${help}${variable === undefined ? '' : ` [${variable}]`}`].join(
      '\n',
    )
  })
  return `Usage: contract-tests --url URL --project-id ID --secret SECRET [flags]

Holds a provider of the Revoke Connected App contract against the contract.
It revokes, for real, what the ids name: use ids that are made for tests.

${rows.join('\n')}

Exit codes: 0 passed, 1 failed, 2 bad usage or nothing answers at the URL.
`
}
