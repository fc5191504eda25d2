import type { ResolvedSchema } from './body-schema.ts'

/** A value in which one place violates the schema. */
interface Mutation {
  /** The place, and what is wrong there. */
  name: string
  value: unknown
}

const valuesByType: Record<string, unknown[]> = {
  null: [null],
  boolean: [true, false],
  integer: [0, 7, -1],
  number: [1.5],
  string: ['text', '', '7'],
  array: [[], ['text'], [{}]],
  object: [{}, { text: 'text' }],
}

/** Every value in which one place of this valid one, however deep, violates its schema. */
export function fieldMutations(valid: unknown, schema: ResolvedSchema): Mutation[] {
  if (Array.isArray(valid)) return itemMutations(valid, schema)
  if (typeof valid !== 'object' || valid === null) return []
  const body: Record<string, unknown> = { ...valid }
  const entries = Object.entries(body)
  return [
    ...schema.required.map((field) => ({
      name: `without ${field}`,
      value: Object.fromEntries(entries.filter(([name]) => name !== field)),
    })),
    ...schema.required.map((field) => ({
      name: `${field} in upper case`,
      value: Object.fromEntries(
        entries.map(([name, value]) => [name === field ? name.toUpperCase() : name, value]),
      ),
    })),
    ...Object.entries(schema.properties).flatMap(([field, property]) =>
      mutationsAt(field, body[field], property).map(({ name, value }) => ({
        name,
        value: { ...body, [field]: value },
      })),
    ),
  ]
}

function itemMutations(valid: unknown[], { items }: ResolvedSchema): Mutation[] {
  if (items === undefined) return []
  return [
    ...invalidValues(items).map((value) => ({
      name: `an additional ${JSON.stringify(value)}`,
      value: [...valid, value],
    })),
    ...valid.flatMap((item, index) =>
      mutationsAt(`${index}`, item, items).map(({ name, value }) => ({
        name,
        value: valid.with(index, value),
      })),
    ),
  ]
}

function mutationsAt(place: string, valid: unknown, schema: ResolvedSchema): Mutation[] {
  return [
    ...invalidValues(schema).map((value) => ({
      name: `${place}: ${JSON.stringify(value)}`,
      value,
    })),
    ...fieldMutations(valid, schema).map(({ name, value }) => ({
      name: `${place}/${name}`,
      value,
    })),
  ]
}

function invalidValues({ type, const: constant, pattern }: ResolvedSchema): unknown[] {
  const isValid = (each: string) => each === type || (each === 'integer' && type === 'number')
  const valuesOfOtherTypes =
    type === undefined
      ? []
      : Object.entries(valuesByType).flatMap(([each, values]) => (isValid(each) ? [] : values))
  const blank = pattern === undefined ? [] : ['', ' ', '\t\r\n', '\u00a0']
  const values = [
    ...valuesOfOtherTypes,
    ...alteredConstants(constant),
    ...blank.filter(violates(pattern)),
  ]
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function alteredConstants(constant: unknown): unknown[] {
  if (typeof constant !== 'number') return []
  const altered = [constant + 1, constant - 1, -constant, constant * 10, constant + 0.5]
  return [...altered, 0, 200, 400, 401, 500, String(constant), [constant]].filter(
    (value) => value !== constant,
  )
}

function violates(pattern = ''): (value: string) => boolean {
  const expression = new RegExp(pattern, 'u')
  return (value) => !expression.test(value)
}
