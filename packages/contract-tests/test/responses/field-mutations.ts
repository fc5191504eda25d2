import type { BodySchema, PropertySchema } from './body-schema.ts'

type Body = Record<string, unknown>

const valuesByType: Record<string, unknown[]> = {
  null: [null],
  boolean: [true, false],
  integer: [0, 7, -1],
  number: [1.5],
  string: ['text', '', '7'],
  array: [[], ['text'], [{}]],
  object: [{}, { text: 'text' }],
}

/** Every body in which one field violates its schema. */
export function fieldMutations(body: Body, schema: BodySchema): { name: string; body: Body }[] {
  const withField = (field: string, value: unknown) => ({
    name: `${field}: ${JSON.stringify(value)}`,
    body: { ...body, [field]: value },
  })
  return [
    ...schema.required.map((field) => ({
      name: `without ${field}`,
      body: Object.fromEntries(Object.entries(body).filter(([name]) => name !== field)),
    })),
    ...Object.entries(schema.properties).flatMap(([field, property]) =>
      invalidValues(property).map((value) => withField(field, value)),
    ),
    ...schema.required.map((field) => ({
      name: `${field} in upper case`,
      body: Object.fromEntries(
        Object.entries(body).map(([name, value]) => [
          name === field ? name.toUpperCase() : name,
          value,
        ]),
      ),
    })),
  ]
}

function invalidValues({ type, const: constant, pattern }: PropertySchema): unknown[] {
  const valuesOfOtherTypes =
    type === undefined
      ? []
      : Object.entries(valuesByType).flatMap(([each, values]) => (each === type ? [] : values))
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
