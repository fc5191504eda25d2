import { readdir, readFile } from 'node:fs/promises'
import * as exported from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { generateModules } from '../codegen/modules.ts'
import { operationsOf } from '../codegen/operations.ts'
import manifest from '../package.json' with { type: 'json' }
import { credentials, methodsOf } from './client.ts'
import { methodNameOf, tryNameOf } from './operations.ts'

const directory = new URL('../src/generated/', import.meta.url)

/** The generated modules for operations at these places, by their operationId. */
function generate(operations: Record<string, string>, description = 'Does it.') {
  const modules = generateModules(
    Object.entries(operations).map(([operationId, clientMethod]) => ({
      operationId,
      clientMethod,
      method: 'GET',
      path: `/${operationId}`,
      description,
    })),
    '1.2.3',
  )
  return { methods: modules['methods.ts'] ?? '', functions: modules['operations.ts'] ?? '' }
}

/** The names of the functions in a module. */
function functionNames(module: string): string[] {
  return [...module.matchAll(/^export function (\S+?)\(/gm)].map(([, name]) => `${name}`)
}

test('the committed modules are those that the generation writes', async () => {
  const modules = generateModules(operationsOf(document), manifest.version)
  expect(Object.keys(modules).toSorted()).toEqual((await readdir(directory)).toSorted())
  for (const [name, text] of Object.entries(modules)) {
    expect(await readFile(new URL(name, directory), 'utf8')).toBe(text)
  }
})

test('the generation finds the operations of the contract, in its order', () => {
  expect(operationsOf(document)).toMatchObject(
    allOperations.map(({ operationId, clientMethod, method, path }) => ({
      operationId,
      clientMethod,
      method,
      path,
    })),
  )
})

test('anything in the paths of a document that is not an operation is ignored', () => {
  const parameters = [{ name: 'id', in: 'path' }]
  const get = { operationId: 'getThing', 'x-client-method': 'things.get' }
  const paths = { '/things/{id}': { parameters, get, summary: 'Things' }, 'x-note': null }
  expect(operationsOf({ paths })).toEqual([
    {
      operationId: 'getThing',
      clientMethod: 'things.get',
      method: 'GET',
      path: '/things/{id}',
      description: '',
    },
  ])
})

test.each(allOperations)('$operationId is called where x-client-method says', (operation) => {
  const { call, tryCall } = methodsOf(new B2BClient(credentials), operation)
  expect(call).toBeTypeOf('function')
  expect(tryCall).toBeTypeOf('function')
})

test('every generated function is exported, and is named like its method where it can be', async () => {
  const names = functionNames(await readFile(new URL('operations.ts', directory), 'utf8'))
  expect(names).toHaveLength(2 * allOperations.length)
  for (const name of names) expect(Reflect.get(exported, name)).toBeTypeOf('function')
  for (const operation of allOperations) {
    expect(names).toContain(methodNameOf(operation))
  }
})

describe('the generation', () => {
  test('imports a module per operation, and nests the methods by the parts of x-client-method', () => {
    const { methods, functions } = generate({
      listThings: 'things.list',
      endSessionV2Now: 'things.sessions.end',
      ping: 'health.ping',
    })
    for (const [operationId, file] of [
      ['listThings', 'list-things'],
      ['endSessionV2Now', 'end-session-v2-now'],
    ]) {
      expect(functions).toContain(
        `import { ${operationId} as ${operationId}Operation } from '@connected-apps/contract/operations/${file}'\n`,
      )
    }
    expect(functionNames(functions)).toEqual([
      'list',
      'tryList',
      'end',
      'tryEnd',
      'ping',
      'tryPing',
    ])
    expect(methods).toContain(`
    this.things = {
      list: (...args) => list(client, ...args),
      tryList: (...args) => tryList(client, ...args),
      sessions: {
        end: (...args) => end(client, ...args),
        tryEnd: (...args) => tryEnd(client, ...args),
      },
    }
    this.health = {
`)
  })

  test('names a function by its operationId if an earlier one has the name of its method', () => {
    const { methods, functions } = generate({
      listThings: 'things.list',
      listApps: 'apps.list',
      listMembers: 'members.list',
    })
    expect(functionNames(functions)).toEqual([
      'list',
      'tryList',
      'listApps',
      'tryListApps',
      'listMembers',
      'tryListMembers',
    ])
    expect(methods).toContain('      list: (...args) => listApps(client, ...args),\n')
    expect(methods).toContain('      tryList: (...args) => tryListApps(client, ...args),\n')
  })

  test.each<[string, Record<string, string>]>([
    ['an operationId is the method of an earlier operation', { a: 'things.b', b: 'apps.b' }],
    ['a method is the operationId of an earlier one', { a: 'x.c', b: 'y.c', d: 'z.b' }],
    ['a method is the twin of an earlier one', { getThing: 'things.get', a: 'twins.tryGet' }],
    ['a method is a function of this package', { newClient: 'clients.createClient' }],
    ['the types of a method are imported ones', { sendCall: 'calls.call', b: 'results.result' }],
  ])('declares no name twice: %s', (_, operations) => {
    const { functions } = generate(operations)
    const imported = [...functions.matchAll(/^import (?:type )?\{ (.*) \}/gm)].flatMap(
      ([, names]) => `${names}`.split(', ').map((name) => name.replace(/^.* as /, '')),
    )
    const declared = [...functions.matchAll(/^export (?:function|type) (\w+)/gm)].map(
      ([, name]) => `${name}`,
    )
    const names = [...imported, ...declared, 'createClient', 'B2BClient', 'ConnectedAppsError']
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  // A keyword, words of strict mode and of modules, and names that only strict mode does not allow.
  test.each(['delete', 'default', 'static', 'let', 'yield', 'await', 'eval', 'arguments'])(
    'names a function by its operationId if its method is the word %s',
    (word) => {
      const { methods, functions } = generate({ endThing: `things.${word}` })
      const twin = tryNameOf(word)
      expect(functionNames(functions)).toEqual(['endThing', 'tryEndThing'])
      expect(methods).toContain(`      ${word}: (...args) => endThing(client, ...args),\n`)
      expect(methods).toContain(`      ${twin}: (...args) => tryEndThing(client, ...args),\n`)
    },
  )

  test('keeps a description within its comment', () => {
    const description = 'Ends */ a comment.\nIn two lines.\n\nA second paragraph.'
    const { functions } = generate({ listThings: 'things.list' }, description)
    expect(functions).toContain(
      ' * Ends *\\/ a comment.\n * In two lines.\n *\n * `GET /listThings`\n',
    )
    expect(functions).not.toContain('second paragraph')
  })
})
