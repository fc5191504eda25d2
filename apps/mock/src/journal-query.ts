import { filterNames } from './journal.ts'
import type { JournalFilter } from './journal.ts'

/** What a query asks of the journal, or what is wrong with the query. */
export type JournalQuery = { filter: JournalFilter; times?: number } | { fault: string }

/** Reads a filter, and `times` where an assertion is made. A misspelled name is a fault. */
export function readJournalQuery(query: URLSearchParams, withTimes: boolean): JournalQuery {
  const known: readonly string[] = withTimes ? [...filterNames, 'times'] : filterNames
  const unknown = [...query.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return { fault: `${unknown.slice(0, 64)} is no filter; filters are ${known.join(', ')}` }
  }
  const numbers = ['status', 'times'].map((name) => [name, query.get(name)] as const)
  for (const [name, value] of numbers) {
    if (value !== null && !/^\d{1,9}$/.test(value)) return { fault: `${name} is a whole number` }
  }
  const status = query.get('status')
  const times = query.get('times')
  const filter: JournalFilter = {
    ...Object.fromEntries([...query].filter(([name]) => name !== 'times')),
    ...(status !== null && { status: Number(status) }),
  }
  return { filter, ...(times !== null && { times: Number(times) }) }
}
