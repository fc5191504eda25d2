import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { below, DocumentError, isNode } from '../../codegen/document.ts'
import { generate } from '../../codegen/generate.ts'
import document from '../../src/generated/openapi.json' with { type: 'json' }
import type { Change } from './changed-document.ts'
import { at, changed, firstOf, temporaryDirectory } from './changed-document.ts'

// The first of each kind.
const [path] = firstOf(document, 'paths')
const [method, operation] = firstOf(document, 'paths', path)
const operationAt = ['paths', path, method]
const parametersAt = ['components', 'parameters']
const headerAt = [...parametersAt, keyWhere(at(document, ...parametersAt), 'x-session')]
const exampleAt = ['components', 'examples', firstOf(document, 'components', 'examples')[0]]
const successAt = [...operationAt, 'responses', '200', 'content', 'application/json']
const schemasAt = ['components', 'schemas']
const ownSchemaAt = [...schemasAt, firstOf(document, ...schemasAt)[0]]
const securityAt = [
  'components',
  'securitySchemes',
  firstOf(document, 'components', 'securitySchemes')[0],
]
const serverAt = ['servers', '0']

const set =
  (keys: string[], name: string, value: unknown): Change =>
  (changedDocument) => {
    at(changedDocument, ...keys)[name] = value
  }
const remove =
  (keys: string[], name: string): Change =>
  (changedDocument) =>
    delete at(changedDocument, ...keys)[name]
const ofServers =
  (change: (servers: unknown[]) => unknown[]): Change =>
  (changedDocument) => {
    changedDocument['servers'] = change(structuredClone(document.servers))
  }

type Row = [title: string, document: string | Change, pointer: string, message: string]

const withoutExtension: Row[] = (
  [
    ['x-error-type', [], 'the name of the example'],
    ['x-error-type', ['paths'], 'the name of the example'],
    ['x-error-type', headerAt, 'the name of the example'],
    ['x-error-type', securityAt, 'the name of the example'],
    ['x-exclusive-headers', [], 'or an empty list'],
    ['x-client-method', operationAt, 'organizations.members.getConnectedApps'],
    ['x-safety', operationAt, 'safe, idempotent or unsafe'],
    ['x-permission', operationAt, '{ action, resource }'],
    ['x-scenarios', operationAt, '{ parameter, prefix, sequences'],
    ['x-trigger', exampleAt, 'request, state, limit, failure'],
    ['x-scenario', exampleAt, '{ id, title }'],
  ] as const
).flatMap(([name, keys, message]): Row[] => [
  [`no ${name} at ${keys.join(' ')}`, remove([...keys], name), below('', ...keys, name), message],
  [
    `another form of ${name} at ${keys.join(' ')}`,
    set([...keys], name, 7),
    below('', ...keys, name),
    message,
  ],
])

const rows: Row[] = [
  ['half of a document', 'openapi: 3.1.1\ninfo: {', '', 'unexpected end'],
  ['a key twice', 'openapi: 3.1.1\nopenapi: 3.1.1\n', '', 'duplicated mapping key (2:1)'],
  ['no document', '', '', 'write an OpenAPI 3.1 document'],
  ['a list', '- openapi', '', 'write an OpenAPI 3.1 document'],
  ['Swagger 2.0', 'swagger: "2.0"\npaths: {}', '/openapi', 'write 3.1.1'],
  ['no info', remove([], 'info'), '/info', 'is missing'],
  ['no version', remove(['info'], 'version'), '/info/version', 'is missing'],
  ['no paths', remove([], 'paths'), '/paths', 'is missing'],
  [
    'no operation',
    set([], 'paths', { 'x-error-type': 'bad_request' }),
    '/paths',
    'has no operation',
  ],
  ['no servers', remove([], 'servers'), '/servers', 'is missing'],
  [
    'a server without x-projects',
    ofServers(([first, ...others]) => [{ url: at(first)['url'] }, ...others]),
    below('', ...serverAt, 'x-projects'),
    "or '' for all others",
  ],
  [
    'two servers for the same projects',
    ofServers(([first, ...others]) => [first, first, ...others]),
    '/servers/1',
    'duplicates the x-projects',
  ],
  [
    'no server for all other projects',
    ofServers((servers) => servers.filter((server) => at(server)['x-projects'] !== '')),
    '/servers',
    "write x-projects: ''",
  ],
  [
    'another form of x-session',
    set(headerAt, 'x-session', 'cookie'),
    below('', ...headerAt, 'x-session'),
    'write token or jwt',
  ],
  [
    'a reference to nothing',
    set([...operationAt, 'responses'], '400', { $ref: '#/components/responses/Nothing' }),
    below('', ...operationAt, 'responses', '400'),
    "Can't resolve $ref; write a reference to what exists",
  ],
  [
    'a reference to a file that is missing',
    set([...operationAt, 'responses'], '400', { $ref: 'missing.yaml#/a' }),
    below('', ...operationAt, 'responses', '400'),
    'ENOENT',
  ],
  [
    'two operations with one id',
    (changedDocument) =>
      set(['paths'], '/copy', {
        get: { ...operation, parameters: [], 'x-client-method': 'a.copy' },
      })(changedDocument),
    below('', 'paths', '/copy', 'get'),
    'duplicates the operationId',
  ],
  [
    'two operations with one method of the client',
    (changedDocument) =>
      set(['paths'], '/copy', {
        get: { ...operation, parameters: [], operationId: 'getCopy' },
      })(changedDocument),
    below('', 'paths', '/copy', 'get'),
    'duplicates the x-client-method',
  ],
  [
    'a method of the client where others have a namespace',
    (changedDocument) =>
      set(['paths'], '/copy', {
        get: {
          ...operation,
          parameters: [],
          operationId: 'getCopy',
          'x-client-method': `${String(operation['x-client-method'])}.copy`,
        },
      })(changedDocument),
    below('', ...operationAt, 'x-client-method'),
    'is a namespace of other operations',
  ],
  [
    'a method of the client that is named like the no-throw twin of another',
    (changedDocument) =>
      set(['paths'], '/copy', {
        get: {
          ...operation,
          parameters: [],
          operationId: 'getCopy',
          'x-client-method': String(operation['x-client-method']).replace(
            /\w+$/,
            (name) => `try${name.charAt(0).toUpperCase()}${name.slice(1)}`,
          ),
        },
      })(changedDocument),
    below('', 'paths', '/copy', 'get'),
    'duplicates the x-client-method',
  ],
  [
    'an operationId of one word',
    set(operationAt, 'operationId', 'delete'),
    below('', ...operationAt, 'operationId'),
    'in camel case',
  ],
  ['no summary', remove(operationAt, 'summary'), below('', ...operationAt, 'summary'), 'the title'],
  [
    'no responses',
    remove(operationAt, 'responses'),
    below('', ...operationAt, 'responses'),
    'exactly one status',
  ],
  [
    'a default response',
    (changedDocument) =>
      Object.assign(at(changedDocument, ...operationAt, 'responses'), {
        default: at(changedDocument, ...operationAt, 'responses', '200'),
      }),
    below('', ...operationAt, 'responses', 'default'),
    'write each one out',
  ],
  [
    'no security',
    remove(operationAt, 'security'),
    below('', ...operationAt, 'security'),
    'security scheme',
  ],
  [
    'a security scheme that is not one of HTTP',
    (changedDocument) => {
      const scheme = at(changedDocument, ...securityAt)
      Object.assign(scheme, { type: 'apiKey', in: 'header', name: 'X-Key', scheme: undefined })
    },
    below('', ...securityAt, 'scheme'),
    'write type: http',
  ],
  [
    'servers of an operation',
    set(operationAt, 'servers', [{ url: 'https://example.com' }]),
    below('', ...operationAt, 'servers'),
    'is not supported',
  ],
  [
    'servers of a path',
    set(['paths', path], 'servers', [{ url: 'https://example.com' }]),
    below('', 'paths', path, 'servers'),
    'is not supported',
  ],
  [
    'a security scheme that is missing',
    set(operationAt, 'security', [{ nothing: [] }]),
    '/components/securitySchemes/nothing',
    'is missing',
  ],
  [
    'a path parameter that is missing',
    set(operationAt, 'parameters', []),
    below('', ...operationAt, 'parameters'),
    'which the path names',
  ],
  [
    'a parameter without example',
    remove(headerAt, 'example'),
    below('', ...headerAt, 'example'),
    'is missing',
  ],
  [
    'a parameter without schema',
    remove(headerAt, 'schema'),
    below('', ...headerAt, 'schema'),
    'is missing',
  ],
  [
    'a header that OpenAPI ignores',
    set(headerAt, 'name', 'authorization'),
    below('', ...headerAt, 'name'),
    'is not a parameter in OpenAPI',
  ],
  ['a cookie', set(headerAt, 'in', 'cookie'), below('', ...headerAt, 'in'), 'path, query, header'],
  [
    'a number in the path',
    (changedDocument) => {
      const [, parameter] = firstOf(changedDocument, ...parametersAt)
      if (parameter['in'] !== 'path') throw new Error('the first parameter is not in the path')
      parameter['schema'] = { type: 'integer' }
    },
    below('', ...parametersAt, firstOf(document, ...parametersAt)[0], 'schema'),
    'write type: string',
  ],
  [
    'a header that is a list',
    set(headerAt, 'schema', { type: 'array' }),
    below('', ...headerAt, 'schema'),
    'string, number, integer or boolean',
  ],
  [
    'an operation without examples',
    remove(successAt, 'examples'),
    below('', ...successAt, 'examples'),
    'at least one example',
  ],
  [
    'an example without value',
    remove(exampleAt, 'value'),
    below('', ...exampleAt, 'value'),
    'is missing',
  ],
  [
    'a response without schema',
    remove(successAt, 'schema'),
    below('', ...successAt, 'schema'),
    'is missing',
  ],
  ...['application/json; charset=utf-8', 'Application/JSON', 'text/plain'].map((mediaType): Row => [
    `the media type ${mediaType}`,
    set(operationAt, 'requestBody', {
      content: { [mediaType]: { schema: { type: 'object' } } },
    }),
    below('', ...operationAt, 'requestBody', 'content', mediaType),
    'write application/json',
  ]),
  [
    'a response without a body',
    set([...operationAt, 'responses'], '200', { description: 'Done.' }),
    below('', ...operationAt, 'responses', '200', 'content'),
    'exactly one media type',
  ],
  [
    'a request body without examples',
    set(operationAt, 'requestBody', {
      content: { 'application/json': { schema: { type: 'object' } } },
    }),
    below('', ...operationAt, 'requestBody', 'content', 'application/json', 'examples'),
    'at least one example',
  ],
  [
    'a request body that is a list',
    set(operationAt, 'requestBody', {
      content: { 'application/json': { schema: { type: 'array', items: true } } },
    }),
    below('', ...operationAt, 'requestBody', 'content', 'application/json', 'schema'),
    'write type: object',
  ],
  [
    'a permission with a misspelled name',
    set(operationAt, 'x-permission', { action: 'a', resource: 'b', slef: 'c' }),
    below('', ...operationAt, 'x-permission'),
    'and self where',
  ],
  ...[{ waitSeconds: '3' }, { waitSeconds: -1 }, { waitsSeconds: 3 }].map((wait): Row => [
    `a sequence with ${JSON.stringify(wait)}`,
    set([...operationAt, 'x-scenarios'], 'sequences', [
      { id: '1', title: 'One', responses: [{ example: 'revoked', ...wait }] },
    ]),
    below('', ...operationAt, 'x-scenarios'),
    'waitSeconds?',
  ]),
  [
    'a schema that openapi-typescript rejects',
    (changedDocument) => {
      changedDocument['webhooks'] = { copy: { post: operation } }
    },
    '',
    'Every operation must have a unique `operationId`',
  ],
  ...[
    set([], 'x-error-type', 'nothing'),
    set(['paths'], 'x-error-type', 'nothing'),
    set(headerAt, 'x-error-type', 'nothing'),
    set(securityAt, 'x-error-type', 'nothing'),
    set([...operationAt, 'x-scenarios'], 'sequences', [
      { id: '1', title: 'One', responses: [{ example: 'nothing' }] },
    ]),
    (changedDocument: Parameters<Change>[0]) => {
      const [exclusion] = [changedDocument['x-exclusive-headers']].flat()
      at(exclusion)['error-type'] = 'nothing'
    },
  ].map((change, index): Row => [
    `a name of an example that does not exist (${index + 1})`,
    change,
    below('', ...operationAt, 'responses'),
    'has no example nothing, which ',
  ]),
  [
    'an exclusive header that no operation has',
    set([], 'x-exclusive-headers', [{ headers: ['X-A', 'X-B'], 'error-type': 'bad_request' }]),
    '/x-exclusive-headers/0',
    'which no operation declares',
  ],
  [
    'a scenario of a parameter that does not exist',
    set([...operationAt, 'x-scenarios'], 'parameter', 'nothing'),
    below('', ...operationAt),
    'names the parameter nothing',
  ],
  [
    'an unknown parameter that does not exist',
    set(exampleAt, 'x-trigger', { unknown: 'nothing' }),
    below('', ...exampleAt),
    'names the parameter nothing',
  ],
  [
    'two scenarios with one id',
    (changedDocument) => {
      const scenarios = at(changedDocument, ...operationAt, 'x-scenarios')
      scenarios['sequences'] = [scenarios['sequences'], scenarios['sequences']].flat()
    },
    below('', ...operationAt, 'x-scenarios'),
    'duplicates the id',
  ],
  [
    'no example of the rate limit',
    (changedDocument) => {
      for (const example of Object.values(at(changedDocument, 'components', 'examples'))) {
        if (at(example)['x-trigger'] === 'limit') at(example)['x-trigger'] = 'state'
      }
    },
    below('', ...operationAt, 'responses'),
    'x-trigger: limit; write one',
  ],
  [
    'a type that does not exist',
    set(ownSchemaAt, 'type', 'strin'),
    below('', ...ownSchemaAt, 'type'),
    'JSON Schema 2020-12',
  ],
  [
    'a pattern that is not a regular expression',
    set(ownSchemaAt, 'properties', { a: { pattern: '[' } }),
    below('', ...ownSchemaAt),
    'Invalid regular expression',
  ],
  [
    'a schema that is text',
    set(schemasAt, 'Text', 'string'),
    below('', ...schemasAt, 'Text'),
    'is not a schema',
  ],
  [
    'a keyword that does not exist',
    set(successAt, 'schema', { requierd: ['a'] }),
    below('', ...successAt, 'schema'),
    'unknown keyword: "requierd"',
  ],
]

test.each([...withoutExtension, ...rows])(
  'a document with %s is rejected in one line that names the place',
  async (_, given, pointer, message) => {
    const file = join(await temporaryDirectory(), 'document.yaml')
    await writeFile(file, typeof given === 'string' ? given : changed(given))
    const error: unknown = await generate(file).catch((reason: unknown) => reason)
    if (!(error instanceof DocumentError)) throw error
    expect(error.message).toContain(`#${pointer}: `)
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('\n')
  },
  60_000,
)

function keyWhere(map: object, name: string): string {
  const [key] = Object.entries(map).find(([, value]) => isNode(value) && name in value) ?? []
  if (key === undefined) throw new Error(`nothing has ${name}`)
  return key
}
