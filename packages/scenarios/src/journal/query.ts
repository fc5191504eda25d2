import { allOperations } from '@connected-apps/contract/operations'
import { credentialsKinds, filterNames, maxWaitForMs, sessionKinds } from './journal.ts'
import type { JournalFilter } from './journal.ts'

/** A parsed query of the journal, or why it is invalid. */
export type JournalQuery =
  | { filter: JournalFilter; times?: number; timeoutMs?: number }
  | { error: string }

/** The fields with a fixed set of values; a filter by any other value could never match. */
const allowedValues: Partial<Record<keyof JournalFilter, readonly string[]>> = {
  operationId: allOperations.map(({ operationId }) => operationId),
  status: unique(allOperations.flatMap(({ responseBodies }) => Object.keys(responseBodies))),
  example: unique(allOperations.flatMap(({ examples }) => Object.keys(examples))),
  credentials: credentialsKinds,
  session: sessionKinds,
}

const assertionNames: readonly string[] = ['times', 'timeoutMs']

/**
 * Parses a filter and, for an assertion, `times` and `timeoutMs`. Unknown and repeated names are errors, and so are
 * unknown values.
 */
export function parseJournalQuery(query: URLSearchParams, isAssertion: boolean): JournalQuery {
  const names: readonly string[] = isAssertion ? [...filterNames, ...assertionNames] : filterNames
  const unknown = [...query.keys()].find((name) => !names.includes(name))
  if (unknown !== undefined) {
    return { error: `unknown filter ${unknown.slice(0, 64)}; filters are ${names.join(', ')}` }
  }
  const repeated = names.find((name) => query.getAll(name).length > 1)
  if (repeated !== undefined) return { error: `${repeated} is given twice; pass it once` }
  for (const [name, allowed] of Object.entries(allowedValues)) {
    const value = query.get(name)
    if (value !== null && !allowed.includes(value)) {
      return { error: `${name} must be one of ${allowed.join(', ')}` }
    }
  }
  const times = query.get('times')
  if (times !== null && !/^\d{1,9}$/.test(times)) return { error: 'times must be a whole number' }
  const timeoutMs = query.get('timeoutMs')
  if (timeoutMs !== null && !(/^\d{1,5}$/.test(timeoutMs) && Number(timeoutMs) <= maxWaitForMs)) {
    return { error: `timeoutMs must be a whole number from 0 to ${maxWaitForMs}` }
  }
  const status = query.get('status')
  const filter = {
    ...Object.fromEntries([...query].filter(([name]) => !assertionNames.includes(name))),
    ...(status !== null && { status: Number(status) }),
  } as JournalFilter // safe: names and values are checked above
  return {
    filter,
    ...(times !== null && { times: Number(times) }),
    ...(timeoutMs !== null && { timeoutMs: Number(timeoutMs) }),
  }
}

function unique(values: string[]): string[] {
  return [...new Set(values)]
}
