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
  const report = (keyword: string, expected: unknown) =>
    found.push({ pointer, keyword, message: `must satisfy ${keyword} ${String(expected)}` })
  if (type && !isOf(type, value)) report('type', type)
  if ('const' in schema && schema.const !== value) report('const', schema.const)
  if (pattern && typeof value === 'string' && !new RegExp(pattern, 'u').test(value)) {
    report('pattern', pattern)
  }
  if (isObject(value)) {
    for (const name of required) {
      if (value[name] === undefined) report('required', name)
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
