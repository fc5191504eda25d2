import type { Bump } from '../bump.ts'
import { compareBumps, largest } from '../bump.ts'
import type { ContractFile } from '../contract-file.ts'
import type { JsonNode } from '../json.ts'
import { isObject, memberOf, resolved, segmentsOf, valueAt } from '../json.ts'
import type { RedoclyChange } from '../redocly.ts'
import type { Change } from './change.ts'
import { directionsOf } from './directions.ts'
import { ratings } from './ratings.ts'
import { compareExamplesAndExtensions } from './examples-and-extensions.ts'

/** A contract without its file, of which only the meaning is compared. */
type Contract = Pick<ContractFile, 'document'>

/**
 * Lists what changed from one contract to the other, the largest change first. Changes are rated from
 * both sides: what breaks a consumer, and what breaks a provider.
 *
 * @param redoclyChanges the changes that Redocly reports; others are found here
 */
export function rateChanges(
  base: Contract,
  revision: Contract,
  redoclyChanges: RedoclyChange[],
): Change[] {
  const directions = {
    base: directionsOf(base.document),
    revision: directionsOf(revision.document),
  }
  const rated = redoclyChanges
    .flatMap(entriesOf)
    .filter((change) => !isOwnExtension(change))
    .map((change): Change => {
      const where = new Set([
        ...directions.base(change.base?.pointer ?? change.path),
        ...directions.revision(change.revision?.pointer ?? change.path),
      ])
      const documents = { base: base.document, revision: revision.document }
      const rating = ratings.find(({ when }) => when({ ...documents, change, directions: where }))
      const { atLeast = 'none', exactly } = rating ?? {}
      const bump: Bump =
        typeof exactly === 'function'
          ? exactly({ ...documents, change, directions: where })
          : (exactly ?? largest([atLeast, change.impact]))
      const isRedoclys = exactly === undefined && compareBumps(change.impact, atLeast) >= 0
      const verdict = change.verdicts.map(({ message }) => message).join(' ')
      const why = isRedoclys ? verdict || defaultReasons[bump] : (rating?.why ?? '')
      const document = change.kind === 'removed' ? base.document : revision.document
      const subject = resolved(document, {
        pointer: '',
        value: valueAt(document, pointerOfWhole(change)),
      })
      return { bump, why, what: whatOf(change, subject), pointer: pointerOf(change) }
    })
  return [...rated, ...compareExamplesAndExtensions(base.document, revision.document)]
    .filter(({ bump }) => bump !== 'none')
    .toSorted((a, b) => compareBumps(b.bump, a.bump))
}

/** Redocly gives a reason only for what breaks consumers. */
const defaultReasons: Record<Bump, string> = {
  none: '',
  patch: 'breaks nobody',
  minor: 'an addition',
  major: 'breaks consumers',
}

/** Splits the addition or removal of a map into those of its entries. */
function entriesOf(change: RedoclyChange): RedoclyChange[] {
  const typeName = { SchemaProperties: 'Schema', HeadersMap: 'Header' }[change.typeName]
  if (typeName === undefined || change.kind === 'modified') return [change]
  const side = change.kind === 'added' ? 'revision' : 'base'
  const { pointer, value } = change[side] ?? {}
  if (pointer === undefined || !isObject(value)) return [change]
  return Object.entries(value).map(([name, entry]) => ({
    ...change,
    typeName,
    path: memberOf(change.path, name),
    [side]: { pointer: memberOf(pointer, name), value: entry },
  }))
}

/** Whether this is an extension outside of schemas, which `compareExamplesAndExtensions` compares. */
function isOwnExtension({ typeName, property, path }: RedoclyChange): boolean {
  const isExtension = typeName === 'SpecExtension' || property?.startsWith('x-')
  return Boolean(isExtension) && !/\/schemas?(?:\/|$)/.test(path)
}

function whatOf({ typeName, kind, property, path }: RedoclyChange, { value }: JsonNode): string {
  const [owner, last = ''] = segmentsOf(path).slice(-2)
  // The first component of a kind is reported as its map: `#/components/examples`.
  if (typeName.startsWith('Named')) return `components of the kind ${last} ${kind}`
  const isProperty = typeName === 'Schema' && owner === 'properties'
  const type = typeName.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
  const what = isProperty ? 'property' : type
  if (typeName === 'PathItem' && property === undefined && isObject(value)) {
    const ids = Object.values(value).flatMap((item) => (isObject(item) ? item['operationId'] : []))
    if (ids.length > 0) return `operation ${ids.join(', ')} ${kind}`
  }
  // Their pointers do not contain their names: a parameter is in a list, an operation under its method.
  const nameMember = { Parameter: 'name', Operation: 'operationId' }[typeName]
  const ownName = isObject(value) && nameMember !== undefined ? value[nameMember] : undefined
  const name = typeof ownName === 'string' ? ownName : last
  if (property !== undefined) {
    const isTelling = isProperty || /^(?:Header|Parameter|Example)$/.test(typeName)
    return `${property} of ${what}${isTelling ? ` ${name}` : ''} modified`
  }
  return /^\d+$/.test(name) && typeName !== 'Response'
    ? `${what} ${kind}`
    : `${what} ${name} ${kind}`
}

function pointerOf({ revision, base, path }: RedoclyChange): string {
  return (revision ?? base)?.pointer ?? path
}

/** Like {@link pointerOf}, but for a modified property, the object that has it. */
function pointerOfWhole(change: RedoclyChange): string {
  const pointer = pointerOf(change)
  const member = memberOf('', change.property ?? '')
  return change.property !== undefined && pointer.endsWith(member)
    ? pointer.slice(0, -member.length)
    : pointer
}
