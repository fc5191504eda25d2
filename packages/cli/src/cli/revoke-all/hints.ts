import { COMMAND } from '../../command.ts'
import type { ConnectionOptions } from '../connect.ts'
import { quoteArgument } from '../terminal/printable.ts'

/** Commands that a person copies, for a ledger, with the options that this run had. */
export interface Hints {
  readonly resume: string
  readonly verify: string
  readonly report: string
}

/** The commands, as a shell takes them. What the environment holds is not in them. */
export function createHints(
  ledger: string,
  {
    credentialsFile,
    baseUrl,
    rate,
    share,
  }: ConnectionOptions & { rate?: number | undefined; share?: number | undefined },
): Hints {
  const path = quoteArgument(ledger)
  const connection = [
    credentialsFile !== undefined && ` --credentials-file ${quoteArgument(credentialsFile)}`,
    baseUrl !== undefined && ` --base-url ${quoteArgument(baseUrl)}`,
  ].filter((option) => option !== false)
  // A cap protects production from the resumed run, too.
  const pace = [
    rate !== undefined && ` --rate ${rate}`,
    share !== undefined && ` --share ${share}`,
  ].filter((option) => option !== false)
  return {
    resume: `${COMMAND} revoke-all --resume ${[path, ...connection, ...pace].join('')}`,
    verify: `${COMMAND} verify ${[path, ...connection].join('')}`,
    report: `${COMMAND} report ${path}`,
  }
}
