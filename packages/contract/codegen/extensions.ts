import type { LocatedNode, Node } from './document.ts'
import { below, DocumentError, isNode } from './document.ts'

/** What to write where an extension is missing or malformed. */
const advice = {
  'x-client-method':
    'write the method of the client that calls the operation, such as organizations.members.getConnectedApps',
  'x-error-type': 'write the name of the example that is sent if this part of a request is invalid',
  'x-exclusive-headers':
    'write a list of { headers: [NAME, NAME], error-type: EXAMPLE }, or an empty list',
  'x-permission': 'write { action, resource }, and self where a Member may act on itself',
  'x-projects': "write the prefix of the project_ids that this server is for, or '' for all others",
  'x-safety': 'write safe, idempotent or unsafe (RFC 9110 section 9.2)',
  'x-scenario': 'write { id, title }',
  'x-scenarios':
    'write { parameter, prefix, sequences: [{ id, title, responses: [{ example, waitSeconds? }] }] }',
  'x-session': 'write token or jwt',
  'x-trigger': 'write request, state, limit, failure, or { unknown: PARAMETER }',
}

/** Reads an extension. Throws a {@link DocumentError} that says what to write if it is missing or malformed. */
export function extension<T>(
  { pointer, node }: LocatedNode,
  name: keyof typeof advice,
  isValid: (value: unknown) => value is T,
): T {
  const value = node[name]
  if (isValid(value)) return value
  const problem = value === undefined ? 'is missing' : 'is malformed'
  throw new DocumentError(below(pointer, name), `${problem}; ${advice[name]}`)
}

export const isString = (value: unknown): value is string => typeof value === 'string'
export const isName = (value: unknown): value is string => isString(value) && value !== ''
/** Whether a value is an object with no other names than these, since a misspelled one would have no effect. */
const isNodeOf = (value: unknown, ...names: string[]): value is Node =>
  isNode(value) && Object.keys(value).every((name) => names.includes(name))
const isListOf =
  <T>(isItem: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(isItem)

export const isClientMethod = (value: unknown): value is string =>
  isString(value) && /^[a-z]\w*(\.[a-z]\w*)+$/.test(value)

export type Safety = 'safe' | 'idempotent' | 'unsafe'
export const isSafety = (value: unknown): value is Safety =>
  value === 'safe' || value === 'idempotent' || value === 'unsafe'

export type Session = 'token' | 'jwt'
export const isSession = (value: unknown): value is Session => value === 'token' || value === 'jwt'

export interface Permission {
  action: string
  resource: string
  self?: string
}
export const isPermission = (value: unknown): value is Permission =>
  isNodeOf(value, 'action', 'resource', 'self') &&
  isName(value['action']) &&
  isName(value['resource']) &&
  (value['self'] === undefined || isName(value['self']))

export interface ExclusiveHeaders {
  headers: string[]
  'error-type': string
}
const isExclusion = (value: unknown): value is ExclusiveHeaders =>
  isNodeOf(value, 'headers', 'error-type') &&
  isListOf(isName)(value['headers']) &&
  isName(value['error-type'])
export const isExclusiveHeaders = isListOf(isExclusion)

export type Trigger = 'request' | 'state' | 'limit' | 'failure' | { unknown: string }
export const isTrigger = (value: unknown): value is Trigger =>
  ['request', 'state', 'limit', 'failure'].some((each) => each === value) ||
  (isNodeOf(value, 'unknown') && isName(value['unknown']))

export interface Scenario {
  id: string
  title: string
}
export const isScenario = (value: unknown): value is Scenario =>
  isNodeOf(value, 'id', 'title') && isName(value['id']) && isName(value['title'])

interface ScenarioResponse {
  example: string
  waitSeconds?: number
}
const isScenarioResponse = (value: unknown): value is ScenarioResponse =>
  isNodeOf(value, 'example', 'waitSeconds') &&
  isName(value['example']) &&
  (value['waitSeconds'] === undefined || isDuration(value['waitSeconds']))
const isDuration = (value: unknown): value is number => typeof value === 'number' && value >= 0

type Sequence = Scenario & { responses: ScenarioResponse[] }
const isSequence = (value: unknown): value is Sequence =>
  isNodeOf(value, 'id', 'title', 'responses') &&
  isName(value['id']) &&
  isName(value['title']) &&
  isListOf(isScenarioResponse)(value['responses']) &&
  value['responses'].length > 0

export interface Scenarios {
  parameter: string
  prefix: string
  sequences: Sequence[]
}
export const isScenarios = (value: unknown): value is Scenarios =>
  isNodeOf(value, 'parameter', 'prefix', 'sequences') &&
  isName(value['parameter']) &&
  isString(value['prefix']) &&
  isListOf(isSequence)(value['sequences'])
