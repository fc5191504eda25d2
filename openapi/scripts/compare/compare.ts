import type { Bump } from '../bump.ts'
import { compareBumps, largest } from '../bump.ts'
import type { ContractFile } from '../contract-file.ts'
import { isObject, memberOf, segmentsOf } from '../json.ts'
import type { RedoclyChange } from '../redocly.ts'
import { redoclyDiff } from '../redocly.ts'
import type { Change } from './change.ts'
import { directionsOf } from './directions.ts'
import { ratings } from './ratings.ts'
import { compareUnseen } from './unseen.ts'

/**
 * What changed from one contract to the other, the largest change first, rated from both sides:
 * what breaks a consumer, and what breaks a provider.
 */
export async function compareContracts(
  base: ContractFile,
  revision: ContractFile,
): Promise<Change[]> {
  const seen = await redoclyDiff(base.path, revision.path)
  const directions = {
    base: directionsOf(base.document),
    revision: directionsOf(revision.document),
  }
  const rated = seen
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
      return { bump, why, what: whatOf(change), pointer: pointerOf(change) }
    })
  return [...rated, ...compareUnseen(base.document, revision.document)]
    .filter(({ bump }) => bump !== 'none')
    .toSorted((a, b) => compareBumps(b.bump, a.bump))
}

/** Redocly gives a reason for what breaks consumers alone. */
const defaultReasons: Record<Bump, string> = {
  none: '',
  patch: 'breaks nobody',
  minor: 'an addition',
  major: 'breaks consumers',
}

/** A map that is new, or gone, as the entries that came or went with it. */
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

/** Extensions outside of schemas are compared as a whole by `compareUnseen`. */
function isOwnExtension({ typeName, property, path }: RedoclyChange): boolean {
  const isExtension = typeName === 'SpecExtension' || property?.startsWith('x-')
  return Boolean(isExtension) && !/\/schemas?(?:\/|$)/.test(path)
}

function whatOf({ typeName, kind, property, path }: RedoclyChange): string {
  const what = typeName.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
  const name = segmentsOf(path).at(-1) ?? ''
  if (property !== undefined) return `${property} of ${what} modified`
  return /^\d+$/.test(name) && typeName !== 'Response'
    ? `${what} ${kind}`
    : `${what} ${name} ${kind}`
}

function pointerOf({ revision, base, path }: RedoclyChange): string {
  return (revision ?? base)?.pointer ?? path
}
