import type { ExampleName, Operation } from '@connected-apps/contract'
import { chooseExample } from './choose-example.ts'
import type { InvalidChoice } from './choose-example.ts'
import { maxWaitSeconds } from '../scenario/scenario.ts'

/** The response that a request prefers, by `Prefer` (RFC 7240) or by its query. */
export interface Preferences {
  example?: ExampleName
  waitSeconds?: number
  /** Whether to generate the body from its schema, as Prism can, instead of sending an example. */
  dynamic?: boolean
  seed?: string
}

type RawPreferences = Partial<Record<'code' | 'example' | 'wait' | 'dynamic' | 'seed', string>>

/** Parses the preferences of a request; `Prefer` takes precedence over the query. */
export function parsePreferences(
  operation: Operation,
  prefer: string | null,
  query: URLSearchParams,
): Preferences | InvalidChoice {
  const raw: RawPreferences = { ...fromQuery(query), ...fromHeader(prefer ?? '') }
  const { code, example: name, wait, dynamic, seed } = raw
  const example = chooseExample(operation, code, name)
  if (typeof example === 'object') return example
  if (wait !== undefined && !isWait(wait)) {
    return { error: `wait must be a number of seconds from 0 to ${maxWaitSeconds}` }
  }
  if (dynamic !== undefined && dynamic !== 'true' && dynamic !== 'false') {
    return { error: 'dynamic must be true or false' }
  }
  return {
    ...(example && { example }),
    ...(wait !== undefined && { waitSeconds: Number(wait) }),
    ...(dynamic === 'true' && { dynamic: true }),
    ...(seed !== undefined && { seed }),
  }
}

function isWait(wait: string): boolean {
  return /^\d{1,3}(\.\d{1,3})?$/.test(wait) && Number(wait) <= maxWaitSeconds
}

const queryNames = {
  __code: 'code',
  __example: 'example',
  __wait: 'wait',
  __dynamic: 'dynamic',
  __seed: 'seed',
} as const

function fromQuery(query: URLSearchParams): RawPreferences {
  return Object.fromEntries(
    Object.entries(queryNames).flatMap(([parameter, name]) => {
      const value = query.get(parameter)
      return value === null ? [] : [[name, value]]
    }),
  )
}

const preferenceNames: ReadonlySet<string> = new Set(Object.values(queryNames))

/** A preference (RFC 7240 section 2): a token, optionally with a token or quoted string as its value. */
const preferencePattern =
  /(?:^|,)[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]*)))?/g

function fromHeader(prefer: string): RawPreferences {
  const raw: Record<string, string> = {}
  for (const [, token = '', quoted, plain = ''] of prefer.matchAll(preferencePattern)) {
    const name = token.toLowerCase()
    // RFC 7240 section 2: if a preference is repeated, the first one counts.
    if (preferenceNames.has(name)) raw[name] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
  }
  return raw
}
