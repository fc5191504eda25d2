import type { Bump } from '../bump.ts'
import type { JsonObject } from '../json.ts'
import { isObject, resolved, segmentsOf, valueAt } from '../json.ts'
import type { RedoclyChange } from '../redocly.ts'
import type { Direction } from './directions.ts'
import { securityBump, serversBump } from './security-and-servers.ts'

/** A change that Redocly reports, and what its rating may depend on. */
export interface RatingContext {
  change: RedoclyChange
  base: JsonObject
  revision: JsonObject
  directions: Set<Direction>
}

interface Rating {
  when: (rated: RatingContext) => boolean
  /** The minimum bump, if Redocly's rating is lower. */
  atLeast?: Bump
  /** The bump, whatever Redocly's rating. */
  exactly?: Bump | ((rated: RatingContext) => Bump)
  why: string
}

/** Keywords that describe values, and forbid none. */
const annotationKeyword =
  /^(?:title|description|summary|examples?|default|deprecated|externalDocs|\$comment|x-.*)$/

/**
 * Where our rating differs from Redocly's, which only considers consumers: providers, too, have to send
 * and accept what the contract says. The first row that matches applies.
 */
export const ratings: Rating[] = [
  {
    when: ({ change }) => change.typeName === 'Info' && change.property === 'version',
    exactly: 'none',
    why: 'the version itself',
  },
  {
    when: ({ change }) => change.typeName.startsWith('SecurityRequirement'),
    exactly: ({ base, revision }) => securityBump(base, revision),
    why: 'what callers of released operations have to send',
  },
  {
    when: ({ change }) => /^Server(?:List)?$/.test(change.typeName),
    exactly: ({ base, revision }) => serversBump(base, revision),
    why: 'where requests are sent; the order of servers does not matter',
  },
  {
    when: ({ change }) => /^(?:Tag|TagList|ExternalDocs)$/.test(change.typeName) || isNamed(change),
    exactly: 'patch',
    why: 'documentation, or a name that nothing outside of the document uses',
  },
  {
    when: ({ change }) => change.property === 'deprecated',
    exactly: 'minor',
    why: 'asks consumers to migrate, or no longer does',
  },
  {
    when: ({ change }) => change.property === 'default',
    exactly: 'minor',
    why: 'leaving the value out has another meaning',
  },
  {
    when: ({ change }) =>
      (change.typeName === 'Parameter' && change.property === 'name') ||
      (change.typeName === 'PathItem' && change.property === 'key'),
    atLeast: 'major',
    why: 'typed clients name the parameter',
  },
  {
    when: ({ change, directions }) =>
      change.typeName === 'Example' && change.kind === 'removed' && directions.has('response'),
    atLeast: 'major',
    why: 'the mock and the contract tests refer to examples by name',
  },
  {
    when: (rated) => rated.change.typeName === 'Header' && isAddedAsRequired(rated),
    atLeast: 'major',
    why: 'providers have to send it now',
  },
  {
    when: (rated) => rated.change.typeName === 'RequestBody' && isAddedAsRequired(rated),
    atLeast: 'major',
    why: 'consumers have to send it now',
  },
  {
    when: ({ change }) => change.property === 'readOnly' || change.property === 'writeOnly',
    atLeast: 'major',
    why: 'the property is removed from the request or the response',
  },
  {
    when: ({ change }) => change.property === 'jsonSchemaDialect',
    atLeast: 'major',
    why: 'every schema may mean something else',
  },
  {
    when: (rated) => isConstrainedProperty(rated) && isOpenRequest(rated),
    atLeast: 'major',
    why: 'the body was open, so consumers may send something else under that name',
  },
  {
    when: ({ change, directions }) => isChangedConstraint(change) && directions.has('response'),
    atLeast: 'major',
    why: 'providers may send what is no longer allowed',
  },
  {
    when: ({ change }) => isChangedConstraint(change),
    atLeast: 'minor',
    why: 'providers have to accept more',
  },
  {
    when: ({ change, directions }) =>
      isAlternative(change) && change.kind === 'removed' && directions.has('response'),
    atLeast: 'major',
    why: 'providers may send what is no longer allowed',
  },
  {
    when: ({ change, directions }) =>
      isSubschema(change) && (change.kind === 'added' || directions.has('response')),
    atLeast: 'major',
    why: 'values are no longer allowed, or newly allowed',
  },
  {
    when: ({ change }) => isSubschema(change),
    atLeast: 'minor',
    why: 'providers have to accept more',
  },
]

function parentOf(change: RedoclyChange): string | undefined {
  return segmentsOf(change.path).at(-2)
}

/** Whether this is a component, or one of `$defs`, which only matter where they are used. */
function isNamed(change: RedoclyChange): boolean {
  return (
    /^Named|^Components$/.test(change.typeName) ||
    /\/\$defs\/[^/]+$|^#\/components\/(?:schemas|parameters|responses|headers|examples|requestBodies)\/[^/]+$/.test(
      change.kind === 'modified' ? '' : change.path,
    )
  )
}

function isInSchema({ path }: RedoclyChange): boolean {
  return /\/schema\/|^#\/components\/schemas\/[^/]+\//.test(path)
}

function isProperty(change: RedoclyChange): boolean {
  return change.typeName === 'SchemaProperties' || parentOf(change) === 'properties'
}

function isAlternative(change: RedoclyChange): boolean {
  return isInSchema(change) && /^(?:oneOf|anyOf)$/.test(parentOf(change) ?? '')
}

/** Whether this is a schema within a schema that further constrains the value: `items`, `not`, `allOf`, … */
function isSubschema(change: RedoclyChange): boolean {
  return (
    change.kind !== 'modified' &&
    isInSchema(change) &&
    !isProperty(change) &&
    !isAlternative(change) &&
    !/^(?:ExternalDocs|Discriminator|DiscriminatorMapping|Xml|SpecExtension|Example)$/.test(
      change.typeName,
    )
  )
}

function isChangedConstraint(change: RedoclyChange): boolean {
  if (change.kind !== 'modified' || change.property === undefined) return false
  if (change.typeName === 'Schema') return !annotationKeyword.test(change.property)
  return change.property === 'required'
}

function isAddedAsRequired({ change, revision }: RatingContext): boolean {
  if (change.kind !== 'added' || change.revision === undefined) return false
  const { value } = resolved(revision, { pointer: '', value: change.revision.value })
  return isObject(value) && value['required'] === true
}

function isConstrainedProperty({ change, revision }: RatingContext): boolean {
  if (change.kind !== 'added' || !isProperty(change)) return false
  const { value } = resolved(revision, { pointer: '', value: change.revision?.value })
  return !isObject(value) || Object.keys(value).some((keyword) => !annotationKeyword.test(keyword))
}

function isOpenRequest({ change, revision, directions }: RatingContext): boolean {
  if (!directions.has('request')) return false
  const owner = valueAt(revision, (change.revision?.pointer ?? '').replace(/\/[^/]+\/[^/]+$/, ''))
  return !(
    isObject(owner) &&
    (owner['additionalProperties'] === false || owner['unevaluatedProperties'] === false)
  )
}
