import type { Violation } from './violation.ts'

/** The part of JSON Schema that the contract's answers use; the generation refuses any other. */
export interface BodySchema {
  readonly type?: 'object' | 'string' | 'integer'
  readonly const?: unknown
  readonly pattern?: string
  readonly required?: readonly string[]
  readonly properties?: { readonly [name: string]: BodySchema }
  readonly allOf?: readonly BodySchema[]
}

/** Everything that is wrong with the value. */
export function checkAgainst(schema: BodySchema, value: unknown, pointer = ''): Violation[] {
  const { type, pattern, required = [], properties = {}, allOf = [] } = schema
  const found: Violation[] = []
  const report = (keyword: string, message: string) => found.push({ pointer, keyword, message })
  if (type && !isOf(type, value)) report('type', `must be ${type}`)
  if ('const' in schema && schema.const !== value) report('const', 'must be equal to constant')
  if (pattern && typeof value === 'string' && !new RegExp(pattern, 'u').test(value)) {
    report('pattern', `must match pattern "${pattern}"`)
  }
  if (isObject(value)) {
    for (const name of required) {
      if (value[name] === undefined) report('required', `must have required property '${name}'`)
    }
    for (const [name, property] of Object.entries(properties)) {
      if (value[name] !== undefined) {
        found.push(...checkAgainst(property, value[name], `${pointer}/${name}`))
      }
    }
  }
  return found.concat(...allOf.map((part) => checkAgainst(part, value, pointer)))
}

function isOf(type: NonNullable<BodySchema['type']>, value: unknown): boolean {
  if (type === 'object') return isObject(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
