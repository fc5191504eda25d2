import { operation } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import { exampleNames } from '@connected-apps/contract/examples'
import { credentialsKinds, filterNames, sessionKinds } from './journal.ts'
import type { JournalFilter } from './journal.ts'

/** What a query asks of the journal, or what is wrong with the query. */
export type JournalQuery = { filter: JournalFilter; times?: number } | { fault: string }

/** What an entry can hold, where it is not any text: nothing else could ever be found. */
const possibleValues: Partial<Record<keyof JournalFilter, readonly string[]>> = {
  status: operation.statuses.map(String),
  example: exampleNames,
  credentials: credentialsKinds,
  session: sessionKinds,
}

/** Reads a filter, and `times` where an assertion is made. What is misspelled is a fault. */
export function readJournalQuery(query: URLSearchParams, withTimes: boolean): JournalQuery {
  const known: readonly string[] = withTimes ? [...filterNames, 'times'] : filterNames
  const unknown = [...query.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return { fault: `${unknown.slice(0, 64)} is no filter; filters are ${known.join(', ')}` }
  }
  for (const [name, possible] of Object.entries(possibleValues)) {
    if (query.getAll(name).some((value) => !possible.includes(value))) {
      return { fault: `${name} is one of ${possible.join(', ')}` }
    }
  }
  const times = query.get('times')
  if (times !== null && !/^\d{1,9}$/.test(times)) return { fault: 'times is a whole number' }
  const status = query.get('status')
  const filter: JournalFilter = {
    ...Object.fromEntries([...query].filter(([name]) => name !== 'times')),
    ...(status !== null && { status: Number(status) as Status }), // one of them, as seen above
  }
  return { filter, ...(times !== null && { times: Number(times) }) }
}
