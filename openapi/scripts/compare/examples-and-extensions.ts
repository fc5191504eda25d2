import { isDeepStrictEqual } from 'node:util'
import type { Bump } from '../bump.ts'
import type { JsonObject, JsonNode } from '../json.ts'
import { isObject, memberOf, resolved, segmentsOf } from '../json.ts'
import type { Change } from './change.ts'
import { withoutParameterNames } from './operations.ts'

/**
 * Compares what Redocly does not compare, or only in part: the values of examples, and extensions.
 * Anything else that only one of the documents has is left to Redocly, which reports it as added or
 * removed.
 */
export function compareExamplesAndExtensions(base: JsonObject, revision: JsonObject): Change[] {
  // Operations may share a response, to which a change is still a single change.
  const changes = new Map<string, Change>()

  function compare(before: JsonNode, after: JsonNode, name: string): void {
    const old = membersOf(base, before, name)
    const now = membersOf(revision, after, name)
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const change = changeOf(key, name, old.get(key), now.get(key), after.pointer)
      if (change !== undefined) changes.set(`${change.pointer} ${change.what}`, change)
    }
    for (const [key, member] of now) {
      const earlier = old.get(key)
      if (earlier !== undefined && !leaves.has(key) && !isExtension(key, name)) {
        compare(earlier, member, maps.has(name) ? '' : key)
      }
    }
  }

  compare({ pointer: '#', value: base }, { pointer: '#', value: revision }, '')
  return [...changes.values()]
}

/** Members that are compared as a whole, or, as schemas with their extensions, by Redocly. */
const leaves = new Set(['schema', 'value', 'externalValue', 'example'])

/** Maps whose keys the author chooses, so that one that starts with `x-` is not an extension. */
const maps = new Set(['headers', 'examples', 'components'])

function isExtension(key: string, owner: string): boolean {
  return key.startsWith('x-') && !maps.has(owner)
}

/** The members of an object or list, by a name that identifies them regardless of their order. */
function membersOf(document: JsonObject, { pointer, value }: JsonNode, name: string) {
  const members = new Map<string, JsonNode>()
  if (!Array.isArray(value) && !isObject(value)) return members
  if (name === 'components') return members // compared where they are used
  for (const [key, item] of Object.entries(value)) {
    const member = resolved(document, { pointer: memberOf(pointer, key), value: item })
    const identity = Array.isArray(value) ? identityOf(member.value) : key
    if (identity !== undefined) {
      members.set(name === 'paths' ? withoutParameterNames(identity) : identity, member)
    }
  }
  return members
}

function identityOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined
  if (typeof item['url'] === 'string') return item['url']
  return typeof item['name'] === 'string' ? `${String(item['in'])} ${item['name']}` : undefined
}

function changeOf(
  key: string,
  owner: string,
  before: JsonNode | undefined,
  after: JsonNode | undefined,
  place: string,
): Change | undefined {
  if (isDeepStrictEqual(before?.value, after?.value)) return undefined
  const pointer = after?.pointer ?? place
  if (isExtension(key, owner)) {
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'modified'
    const [bump, why] = rateExtension(key, before?.value, after?.value)
    return { bump, why, pointer, what: `${key} ${kind}` }
  }
  const isExampleValue = key === 'value' || key === 'externalValue' || key === 'example'
  // Redocly compares the single example of a parameter or header, but not that of a media type.
  if (!isExampleValue || !/\/(?:content|examples)\//.test(place)) return undefined
  if (before === undefined || after === undefined) {
    return { bump: 'minor', why: '', pointer, what: `example ${key}` }
  }
  const [bump, why] = rateExample(before.value, after.value)
  const name = key === 'example' ? '' : ` ${segmentsOf(place).at(-1) ?? ''}`
  return { bump, why, pointer, what: `example${name} modified` }
}

function rateExample(before: unknown, after: unknown): [Bump, string] {
  const types = [before, after].map((value) => (isObject(value) ? value['error_type'] : undefined))
  return types[0] === types[1]
    ? ['patch', 'a reworded example']
    : ['major', 'programs distinguish errors by the error_type that released examples promise']
}

/** Extensions that may change without breaking anyone, and the bump that this requires. */
const lightExtensions: Record<string, Bump> = { 'x-trigger': 'minor' }

/** Extensions that forbid something: one more entry rejects requests that were accepted. */
const restrictions = new Set(['x-exclusive-headers'])

function rateExtension(name: string, before: unknown, after: unknown): [Bump, string] {
  if (before === undefined) return ['minor', 'adds information']
  if (after !== undefined && isDeepStrictEqual(withoutWords(before), withoutWords(after))) {
    return ['patch', 'only documentation']
  }
  const light = lightExtensions[name]
  if (light !== undefined) return [light, 'programs that use it behave differently']
  if (after !== undefined && !restrictions.has(name) && isContained(before, after)) {
    return ['minor', 'keeps what was there']
  }
  return ['major', 'programs and providers depend on it']
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => !/^(?:title|description|summary)$/.test(key))
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutWords(item)]))
}

function isContained(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part) && Array.isArray(whole)) {
    return part.every((item) => whole.some((other) => isContained(item, other)))
  }
  if (isObject(part) && isObject(whole)) {
    return Object.entries(part).every(([key, item]) => isContained(item, whole[key]))
  }
  return isDeepStrictEqual(part, whole)
}
