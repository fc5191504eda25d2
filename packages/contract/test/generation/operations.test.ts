import { expect, test } from 'vitest'
import { isNode } from '../../codegen/document.ts'
import { generate } from '../../codegen/generate.ts'
import { serverFor } from '../../src/index.ts'
import { allOperations } from '../../src/operations.ts'
import type { Change } from './changed-document.ts'
import { at, compile, firstOf, packageOf } from './changed-document.ts'

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

/** A header that no operation has. */
let header = 'X-Added'
while (allOperations.some(({ headerParameters }) => headerParameters.includes(header))) {
  header += '-Too'
}

/** One more operation, from what the others share. */
const addOperation: Change = (document) => {
  const [path] = firstOf(document, 'paths')
  const [, sibling] = firstOf(document, 'paths', path)
  const responses = at(sibling, 'responses')
  const [status] = Object.keys(responses)
  const success = structuredClone(at(responses, `${status}`))
  Object.assign(at(document, 'paths'), {
    [`${path}/undo.now`]: {
      put: {
        ...sibling,
        operationId: 'undoEverything',
        'x-client-method': 'organizations.undo.everything',
        'x-safety': 'unsafe',
        summary: 'Undo Everything',
        parameters: [
          ...(Array.isArray(sibling['parameters']) ? sibling['parameters'] : []),
          {
            name: header,
            in: 'header',
            required: false,
            'x-error-type': document['x-error-type'],
            schema: { type: 'string', pattern: '^[a-z]+$' },
            example: 'abc',
          },
          {
            name: 'dry_run',
            in: 'query',
            required: true,
            'x-error-type': document['x-error-type'],
            schema: { type: 'boolean' },
            example: true,
          },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: reference('schemas', 'UndoRequest'),
              examples: { test: { value: { reason: 'test' } } },
            },
          },
        },
        responses: { ...responses, [`${status}`]: success },
      },
    },
  })
  Object.assign(at(document, 'components', 'schemas'), {
    UndoReason: { properties: { reason: { enum: ['mistake', 'test'] } } },
    UndoTicket: {
      ...reference('schemas', 'UndoReason'),
      properties: { ticket: { type: 'string' } },
    },
    UndoRequest: {
      type: 'object',
      allOf: [reference('schemas', 'UndoTicket')],
      properties: { until: { type: 'string', format: 'date-time' } },
    },
  })
}

test('an operation needs nothing but its block in the document', async () => {
  const added = await packageOf(addOperation)
  const problems = await compile(
    added,
    `import type { HeaderParameters, QueryParameters, RequestBody } from './index.ts'
import { undoEverything } from './generated/operations/undo-everything.ts'
export const body: RequestBody<'undoEverything'> = { reason: 'mistake', until: '2026-01-01' }
export const headers: HeaderParameters<'undoEverything'> = { '${header}': undoEverything.method }
export const query: QueryParameters<'undoEverything'> = { dry_run: true }
// @ts-expect-error the reason is one of two
export const other: RequestBody<'undoEverything'> = { reason: 'bored' }
`,
  )
  expect(problems).toBe('')

  const { index, operations: known } = added
  const operation = known.allOperations.find(({ summary }) => summary === 'Undo Everything')
  if (!operation) throw new Error('the operation is missing')
  expect(known.allOperations).toHaveLength(allOperations.length + 1)
  expect(operation.requestBody).toEqual({
    mediaType: 'application/json',
    properties: expect.arrayContaining(['reason', 'ticket', 'until']),
  })
  const path = Object.fromEntries(operation.pathParameters.map((name) => [name, 'a']))
  const match = known.matchOperation('PUT', index.expandPath(operation, path))
  expect(match).toEqual({ operation, path })
  expect(known.matchOperation('PUT', index.expandPath(operation, path).replace('.', '-'))).toBe(
    undefined,
  )

  const check = (query: string, headers: object, body: string) =>
    index
      .checkRequest(operation, {
        path,
        query: new URLSearchParams(query),
        headers: new Headers({ 'content-type': 'application/json', ...headers }),
        body,
      })
      .map(({ part, where }) => `${part} ${where}`)
  expect(check('dry_run=true', {}, '{"reason":"test"}')).toEqual([])
  expect(check('', { [header]: '1' }, '{"reason":"bored","until":1}')).toEqual([
    `header ${header}`,
    'query dry_run',
    'body /reason',
    'body /until',
  ])
  expect(check('dry_run=maybe', {}, '')).toEqual(['query dry_run', 'body '])
}, 120_000)

test('a new header is not a session, and can be combined with any other', async () => {
  const { operations } = await packageOf((document) => {
    for (const [, item] of Object.entries(at(document, 'paths'))) {
      for (const operation of Object.values(Object(item)).filter(isNode)) {
        operation['parameters'] = [
          {
            name: header,
            in: 'header',
            'x-error-type': document['x-error-type'],
            schema: { type: 'string' },
            example: 'added',
          },
          ...[operation['parameters']].flat(),
        ]
      }
    }
  })
  for (const [index, operation] of operations.allOperations.entries()) {
    const before = allOperations[index]
    expect(operation.headerParameters).toEqual([header, ...(before?.headerParameters ?? [])])
    expect(operation.sessionHeaders).toEqual(before?.sessionHeaders)
    expect(operation.exclusiveHeaders).toEqual(before?.exclusiveHeaders)
  }
}, 60_000)

test('no text in the document can break the generated code', async () => {
  const text = 'a */ export const evil = 1 /* `${"\'\\\n\u2028'
  const unusual = [
    '__proto__',
    'constructor',
    '`${1}`',
    '*/',
    '"',
    "'",
    '\n',
    'ü',
    '007',
    '1'.repeat(22),
  ]
  const { directory, files, operations } = await packageOf((document) => {
    const [path] = firstOf(document, 'paths')
    const [, operation] = firstOf(document, 'paths', path)
    operation['operationId'] = 'requestBodies'
    operation['summary'] = text
    operation['description'] = text
    const [, content] = firstOf(operation, 'responses', '200', 'content')
    const [, example] = firstOf(content, 'examples')
    const value = {
      ...at(example, 'value'),
      note: Object.fromEntries(unusual.map((name) => [name, text])),
    }
    const more = unusual.map((name, index) => [
      name,
      { ...example, value, 'x-scenario': { id: `unusual-${index}`, title: text } },
    ])
    content['examples'] = { ...at(content, 'examples'), ...Object.fromEntries(more) }
    Object.defineProperty(content['examples'], '__proto__', {
      value: more[0]?.[1],
      enumerable: true,
    })
  })
  expect(await compile({ directory }, 'export {}')).toBe('')
  const [operation] = operations.allOperations
  expect(operation?.summary).toBe(text)
  expect(Object.keys(operation?.examples ?? {})).toEqual(expect.arrayContaining(unusual))
  for (const name of unusual) {
    expect(operation?.examples[name]).toMatchObject({ scenario: { title: text } })
  }
  const [, module = ''] =
    Object.entries(files).find(
      ([name]) => name.endsWith('request-bodies.ts') && name.startsWith('operations/'),
    ) ?? []
  expect(module).toContain('export const requestBodies')
  expect(module).not.toContain('*/ export const evil')
}, 120_000)

test('a path with more literal text takes precedence over one with less', async () => {
  const { operations } = await packageOf((document) => {
    const [path, item] = firstOf(document, 'paths')
    const [method, operation] = firstOf(document, 'paths', path)
    const parameters = [operation['parameters']].flat()
    const added = [`${path}/{x}`, `${path}/{x}.json`, `${path}/a.json`].map((template, index) => [
      template,
      {
        [method]: {
          ...operation,
          operationId: `addedPath${index}`,
          'x-client-method': `added.path${index}`,
          parameters: [
            ...parameters,
            ...(template.includes('{x}')
              ? [
                  {
                    name: 'x',
                    in: 'path',
                    required: true,
                    'x-error-type': document['x-error-type'],
                    schema: { type: 'string' },
                    example: 'x',
                  },
                ]
              : []),
          ],
        },
      },
    ])
    document['paths'] = { ...at(document, 'paths'), [path]: item, ...Object.fromEntries(added) }
  })
  const [first] = operations.allOperations
  if (!first) throw new Error('there is no operation')
  const found = ['x', 'x.json', 'a.json', '~'].map(
    (end) => operations.matchOperation(first.method, `${first.path}/${end}`)?.operation.operationId,
  )
  expect(found).toEqual(['addedPath0', 'addedPath1', 'addedPath2', 'addedPath0'])
}, 60_000)

test('the order of the servers does not matter', async () => {
  const { index } = await packageOf((document) => {
    document['servers'] = [document['servers']].flat().toReversed()
  })
  for (const id of ['project-live-1', 'project-test-1', 'project-live', 'other', '']) {
    expect(index.serverFor(id)).toBe(serverFor(id))
  }
}, 60_000)

test('an error that operations share has one validator', async () => {
  const files = await generate()
  const validators = Object.entries(files).filter(([name]) => name.startsWith('response-bodies/'))
  const exported = validators.flatMap(([, text]) =>
    [...text.matchAll(/export const (\w+)/g)].map(([, name]) => name),
  )
  expect(new Set(exported).size).toBe(exported.length)
  const [shared, ...others] = [...(files['response-bodies/shared.ts'] ?? '').matchAll(/export/g)]
  expect([shared, ...others].length).toBeGreaterThan(1)
  for (const operation of allOperations) {
    for (const [status, validate] of Object.entries(operation.responseBodies)) {
      if (Number(status) < 400) continue
      for (const other of allOperations) {
        expect(other.responseBodies[Number(status)] ?? validate).toBe(validate)
      }
    }
  }
}, 60_000)

test('the same document generates the same code', async () => {
  expect(await generate()).toEqual(await generate())
}, 60_000)
