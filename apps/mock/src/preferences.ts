import type { ExampleName } from '@connected-apps/contract/examples'
import { chooseExample } from './known-examples.ts'
import type { ChoiceFault } from './known-examples.ts'

/** No answer is held back longer than this. */
export const waitLimitSeconds = 60

/** What a request asks of the mock, in `Prefer` (RFC 7240) or in the query. */
export interface Preferences {
  example?: ExampleName
  waitSeconds?: number
  /** Generate the body from its schema rather than from an example, as Prism does. */
  dynamic?: boolean
  seed?: string
}

type Raw = Partial<Record<'code' | 'example' | 'wait' | 'dynamic' | 'seed', string>>

/** Reads the preferences of a request; in doubt `Prefer` wins over the query. */
export function readPreferences(
  prefer: string | string[] | undefined,
  query: URLSearchParams,
): Preferences | ChoiceFault {
  const raw: Raw = { ...fromQuery(query), ...fromHeader(String(prefer ?? '')) }
  const { code, example, wait, dynamic, seed } = raw
  const chosen = chooseExample(code, example)
  if (typeof chosen === 'object') return chosen
  const waitSeconds = wait === undefined ? undefined : Number(wait)
  if (wait !== undefined && !isWait(wait)) {
    return { fault: `wait is a number of seconds from 0 to ${waitLimitSeconds}` }
  }
  if (dynamic !== undefined && dynamic !== 'true' && dynamic !== 'false') {
    return { fault: 'dynamic is true or false' }
  }
  return {
    ...(chosen && { example: chosen }),
    ...(waitSeconds !== undefined && { waitSeconds }),
    ...(dynamic === 'true' && { dynamic: true }),
    ...(seed !== undefined && { seed }),
  }
}

function isWait(wait: string): boolean {
  return /^\d{1,3}(\.\d{1,3})?$/.test(wait) && Number(wait) <= waitLimitSeconds
}

const queryNames = {
  __code: 'code',
  __example: 'example',
  __wait: 'wait',
  __dynamic: 'dynamic',
  __seed: 'seed',
} as const

function fromQuery(query: URLSearchParams): Raw {
  return Object.fromEntries(
    Object.entries(queryNames).flatMap(([parameter, name]) => {
      const value = query.get(parameter)
      return value === null ? [] : [[name, value]]
    }),
  )
}

const headerNames: ReadonlySet<string> = new Set(Object.values(queryNames))

/** One preference of RFC 7240 section 2: a token, and maybe a token or quoted string as value. */
const preference =
  /(?:^|,)[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]*)))?/g

function fromHeader(prefer: string): Raw {
  const found: Record<string, string> = {}
  for (const [, token = '', quoted, plain = ''] of prefer.matchAll(preference)) {
    const name = token.toLowerCase()
    // RFC 7240 section 2: of a preference that stands there twice, the first counts.
    if (headerNames.has(name)) found[name] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
  }
  return found
}
