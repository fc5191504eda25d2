import { operation } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import { exampleNames } from '@connected-apps/contract/examples'
import { credentialsKinds, filterNames, sessionKinds } from './journal.ts'
import type { JournalFilter } from './journal.ts'

/** A parsed query of the journal, or why it is invalid. */
export type JournalQuery = { filter: JournalFilter; times?: number } | { error: string }

/** The fields that have a fixed set of values: a filter by any other value could never match. */
const allowedValues: Partial<Record<keyof JournalFilter, readonly string[]>> = {
  status: operation.statuses.map(String),
  example: exampleNames,
  credentials: credentialsKinds,
  session: sessionKinds,
}

/** Parses a filter and, for an assertion, `times`. Unknown names and values are errors. */
export function parseJournalQuery(query: URLSearchParams, isAssertion: boolean): JournalQuery {
  const names: readonly string[] = isAssertion ? [...filterNames, 'times'] : filterNames
  const unknown = [...query.keys()].find((name) => !names.includes(name))
  if (unknown !== undefined) {
    return { error: `unknown filter ${unknown.slice(0, 64)}; filters are ${names.join(', ')}` }
  }
  for (const [name, allowed] of Object.entries(allowedValues)) {
    if (query.getAll(name).some((value) => !allowed.includes(value))) {
      return { error: `${name} must be one of ${allowed.join(', ')}` }
    }
  }
  const times = query.get('times')
  if (times !== null && !/^\d{1,9}$/.test(times)) return { error: 'times must be a whole number' }
  const status = query.get('status')
  const filter: JournalFilter = {
    ...Object.fromEntries([...query].filter(([name]) => name !== 'times')),
    ...(status !== null && { status: Number(status) as Status }), // safe: checked against `allowedValues`
  }
  return { filter, ...(times !== null && { times: Number(times) }) }
}
