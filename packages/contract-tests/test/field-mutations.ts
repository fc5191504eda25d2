import type { BodySchema, PropertySchema } from './contract-schema.ts'

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

/** Every body in which one field breaks its schema. */
export function fieldMutations(body: Body, schema: BodySchema): { name: string; body: Body }[] {
  const changed = (field: string, value: unknown) => ({
    name: `${field}: ${JSON.stringify(value)}`,
    body: { ...body, [field]: value },
  })
  return [
    ...schema.required.map((field) => ({
      name: `no ${field}`,
      body: Object.fromEntries(Object.entries(body).filter(([name]) => name !== field)),
    })),
    ...Object.entries(schema.properties).flatMap(([field, property]) =>
      wrongValues(property).map((value) => changed(field, value)),
    ),
    ...schema.required.map((field) => ({
      name: `${field} in capitals`,
      body: Object.fromEntries(
        Object.entries(body).map(([name, value]) => [
          name === field ? name.toUpperCase() : name,
          value,
        ]),
      ),
    })),
  ]
}

function wrongValues({ type, const: constant, pattern }: PropertySchema): unknown[] {
  const ofOtherTypes =
    type === undefined
      ? []
      : Object.entries(valuesByType).flatMap(([each, values]) => (each === type ? [] : values))
  const blank = pattern === undefined ? [] : ['', ' ', '\t\r\n', '\u00a0']
  const wrong = [...ofOtherTypes, ...alteredConstants(constant), ...blank.filter(breaks(pattern))]
  return [...new Map(wrong.map((value) => [JSON.stringify(value), value])).values()]
}

function alteredConstants(constant: unknown): unknown[] {
  if (typeof constant !== 'number') return []
  const altered = [constant + 1, constant - 1, -constant, constant * 10, constant + 0.5]
  return [...altered, 0, 200, 400, 401, 500, String(constant), [constant]].filter(
    (value) => value !== constant,
  )
}

function breaks(pattern = ''): (value: string) => boolean {
  const right = new RegExp(pattern, 'u')
  return (value) => !right.test(value)
}
