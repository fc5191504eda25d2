import { describe, expect, test } from 'vitest'
import { at, firstOf, packageOf } from './changed-document.ts'

type Row = [schema: unknown, right: unknown, wrong: unknown, keywords: string[]]

const number = { type: 'integer', minimum: 1 }

/** A schema, a value that satisfies it, one that does not, and the keywords that say so. */
const rows: Record<string, Row> = {
  false: [false, undefined, 1, ['false schema']],
  'format, an annotation': [{ type: 'string', format: 'date-time' }, 'at noon', 1, ['type']],
  'an unknown format': [{ type: 'string', format: 'brand-new' }, '', 1, ['type']],
  enum: [{ enum: ['a', 1, null, { b: [1] }] }, { b: [1] }, { b: [2] }, ['enum']],
  'const, an object': [
    { const: { description: 'kept', 'x-kept': 1 } },
    { 'x-kept': 1, description: 'kept' },
    { description: 'kept' },
    ['const'],
  ],
  'items and minimum': [{ type: 'array', items: number }, [1], [0, 'a'], ['minimum', 'type']],
  prefixItems: [
    { prefixItems: [number, true], items: false },
    [1, 2],
    [0, 2, 3],
    ['items', 'minimum'],
  ],
  'contains and minContains': [{ contains: number, minContains: 2 }, [1, 2], [1], ['contains']],
  'minItems and maxItems': [{ minItems: 1, maxItems: 2 }, [1], [1, 2, 3], ['maxItems']],
  uniqueItems: [{ uniqueItems: true }, [{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 1 }], ['uniqueItems']],
  unevaluatedItems: [
    { allOf: [{ prefixItems: [true] }], unevaluatedItems: false },
    [1],
    [1, 2],
    ['unevaluatedItems'],
  ],
  'minLength and maxLength, in characters': [
    { minLength: 1, maxLength: 2 },
    '🔑🔑',
    '🔑🔑🔑',
    ['maxLength'],
  ],
  pattern: [{ pattern: String.raw`^\p{L}$` }, 'ü', '1', ['pattern']],
  multipleOf: [{ multipleOf: 0.5 }, 1.5, 1.2, ['multipleOf']],
  'exclusiveMinimum and exclusiveMaximum': [
    { exclusiveMinimum: 0, exclusiveMaximum: 1 },
    0.5,
    1,
    ['exclusiveMaximum'],
  ],
  'a list of types': [{ type: ['string', 'null'] }, null, 1, ['type']],
  oneOf: [{ oneOf: [{ type: 'string' }, number] }, 1, null, ['oneOf', 'type', 'type']],
  anyOf: [{ anyOf: [{ type: 'string' }, number] }, 'a', 0, ['anyOf', 'minimum', 'type']],
  not: [{ not: { type: 'string' } }, 1, 'a', ['not']],
  'if, then and else': [
    // oxlint-disable-next-line unicorn/no-thenable -- a schema, which nobody awaits
    { if: { type: 'string' }, then: { minLength: 2 }, else: number },
    1,
    'a',
    ['if', 'minLength'],
  ],
  'required, without properties beside it': [{ required: ['a'] }, { a: 1 }, {}, ['required']],
  dependentRequired: [
    { dependentRequired: { a: ['b'] } },
    { a: 1, b: 1 },
    { a: 1 },
    ['dependentRequired'],
  ],
  dependentSchemas: [
    { dependentSchemas: { a: { properties: { b: number } } } },
    { a: 1, b: 1 },
    { a: 1, b: 0 },
    ['minimum'],
  ],
  patternProperties: [{ patternProperties: { '^n': number } }, { n: 1 }, { n: 0 }, ['minimum']],
  propertyNames: [
    { propertyNames: { maxLength: 1 } },
    { a: 1 },
    { ab: 1 },
    ['maxLength', 'propertyNames'],
  ],
  'minProperties and maxProperties': [
    { maxProperties: 1 },
    { a: 1 },
    { a: 1, b: 1 },
    ['maxProperties'],
  ],
  additionalProperties: [
    { properties: { a: true }, additionalProperties: false },
    { a: 1 },
    { b: 1 },
    ['additionalProperties'],
  ],
  unevaluatedProperties: [
    { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
    { a: 1 },
    { a: 1, b: 1 },
    ['unevaluatedProperties'],
  ],
  'x-* and annotations, which are no keywords of Ajv': [
    {
      type: 'integer',
      'x-internal': { type: 'string' },
      title: 'T',
      example: 1,
      examples: [1],
      deprecated: true,
      externalDocs: { url: 'https://example.com' },
      $comment: 'c',
      contentMediaType: 'text/plain',
    },
    1,
    'a',
    ['type'],
  ],
  'properties that are named like keywords': [
    {
      properties: {
        description: number,
        title: number,
        'x-a': number,
        properties: number,
        $ref: number,
      },
    },
    { description: 1, title: 1, 'x-a': 1, properties: 1, $ref: 1 },
    { description: 0, title: 0, 'x-a': 0, properties: 0, $ref: 0 },
    ['minimum', 'minimum', 'minimum', 'minimum', 'minimum'],
  ],
  'a reference with a keyword beside it': [
    { $ref: '#/components/schemas/ProbedText', maxLength: 3 },
    'abc',
    '',
    ['minLength'],
  ],
  'a reference to a reference with a keyword beside it': [
    { allOf: [{ $ref: '#/components/schemas/ProbedAlias' }] },
    'abc',
    'abcd',
    ['maxLength'],
  ],
  'a reference to itself': [
    { $ref: '#/components/schemas/ProbedTree' },
    [[], [[]]],
    [[], [1]],
    ['type'],
  ],
}

/** A header, its schema, values that satisfy it, and values that do not. */
const headers: [name: string, schema: object, right: string[], wrong: string[]][] = [
  [
    'X-Number',
    { type: 'number', maximum: 10 },
    ['1', '-1.5'],
    ['11', '0x1', '1e0', 'Infinity', ''],
  ],
  ['X-Boolean', { type: 'boolean' }, ['true', 'false'], ['1', 'yes', '']],
  ['X-Choice', { $ref: '#/components/schemas/ProbedChoice' }, ['a'], ['c', '']],
  ['X-Several', { type: ['boolean', 'integer'] }, ['true', '-1'], ['1.5', 'yes', '', '0x1']],
  [
    'X-Range',
    { $ref: '#/components/schemas/ProbedRange', maximum: 5 },
    ['0', '5'],
    ['6', '50', '-1'],
  ],
  ['x-lower-case', { $ref: '#/components/schemas/ProbedInteger', maximum: 5 }, ['5'], ['6', '1e0']],
]

const named = Object.entries(rows).map(
  ([name, row], index) => [name, `probe${index}`, row] as const,
)

const probed = await packageOf((document) => {
  Object.assign(at(document, 'components', 'schemas'), {
    ProbedText: { type: 'string', minLength: 1 },
    ProbedAlias: { $ref: '#/components/schemas/ProbedText', maxLength: 3 },
    ProbedTree: { type: 'array', items: { $ref: '#/components/schemas/ProbedTree' } },
    ProbedChoice: { type: 'string', enum: ['a', 'b'] },
    ProbedInteger: { type: 'integer' },
    ProbedRange: { type: 'integer', minimum: 0, maximum: 100, multipleOf: 1, not: { const: 50 } },
    Probed: { $ref: '#/components/schemas/ProbedBody', required: ['status_code'] },
    ProbedBody: {
      properties: Object.fromEntries(named.map(([, property, [schema]]) => [property, schema])),
    },
  })
  const [path] = firstOf(document, 'paths')
  const [method] = firstOf(document, 'paths', path)
  const success = at(document, 'paths', path, method, 'responses', '200')
  firstOf(success, 'content')[1]['schema'] = {
    description: 'This is beside the reference, and changes nothing.',
    $ref: '#/components/schemas/Probed',
  }
  success['headers'] = Object.fromEntries(
    headers.map(([name, schema, [example]]) => [name, { schema, example, required: false }]),
  )
})
const { checkResponseBody, checkResponseHeaders } = probed.index
const [operation] = probed.operations.allOperations
if (!operation) throw new Error('the changed document has no operation')
const violations = (body: object) =>
  checkResponseBody(operation, operation.successStatus, { status_code: 200, ...body })

describe.each(named)('in a schema, %s', (_, property, [, right, wrong, keywords]) => {
  test('is checked', () => {
    expect(violations({ [property]: right })).toEqual([])
    const found = violations({ [property]: wrong })
    expect(found.map(({ keyword }) => keyword).toSorted()).toEqual(keywords)
    for (const { pointer } of found) expect(pointer).toContain(`/${property}`)
  })
})

test('every violation is reported at once', () => {
  const wrong = named.map(([, property, row]) => [property, row[2]])
  const count = named.flatMap(([, , [, , , keywords]]) => keywords).length
  expect(violations(Object.fromEntries(wrong))).toHaveLength(count)
})

test('a keyword beside a reference is checked', () => {
  expect(checkResponseBody(operation, operation.successStatus, {})).toMatchObject([
    { pointer: '', keyword: 'required' },
  ])
})

// The modules have run already where there is no Ajv.
test('the helpers of Ajv are part of the generated code', () => {
  expect(Object.keys(probed.files)).toContain('ajv-runtime.ts')
  for (const text of Object.values(probed.files)) expect(text).not.toMatch(/from ["']ajv/)
})

test.each(headers)(
  'the header %s is checked by the type of its schema',
  (name, _, right, wrong) => {
    const check = (value: string) =>
      checkResponseHeaders(operation, operation.successStatus, new Headers({ [name]: value }))
    for (const value of right) expect(check(value)).toEqual([])
    for (const value of wrong)
      expect(check(value)).toContainEqual(expect.objectContaining({ where: name }))
  },
)
