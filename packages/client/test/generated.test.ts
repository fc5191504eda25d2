import { readdir, readFile } from 'node:fs/promises'
import { B2BClient } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import { expect, test } from 'vitest'
import { methodsModule } from '../codegen/methods.ts'
import { credentials, methodsOf } from './client.ts'

const source = new URL('../src/', import.meta.url)

test('the committed methods are those that the generation writes', async () => {
  const committed = await readFile(new URL('generated/methods.ts', source), 'utf8')
  expect(committed).toBe(methodsModule(allOperations))
})

test.each(allOperations)('$operationId is called where x-client-method says', (operation) => {
  const { call, tryCall } = methodsOf(new B2BClient(credentials), operation)
  expect(call).toBeTypeOf('function')
  expect(tryCall).toBeTypeOf('function')
})

test('each operation has one file of its own, of under 30 lines', async () => {
  const files = await readdir(new URL('operations/', source))
  expect(files).toHaveLength(allOperations.length)
  const tooLong: string[] = []
  for (const file of files) {
    const text = await readFile(new URL(`operations/${file}`, source), 'utf8')
    if (text.trimEnd().split('\n').length >= 30) tooLong.push(file)
  }
  expect(tooLong).toEqual([])
})

test('the generation imports a module per operation, and nests its methods by the parts of x-client-method', () => {
  const module = methodsModule([
    { operationId: 'listThings', clientMethod: 'things.list' },
    { operationId: 'endSessionV2Now', clientMethod: 'things.sessions.end' },
    { operationId: 'ping', clientMethod: 'health.ping' },
  ])
  expect(module).toContain("import { endSessionV2Now } from '../operations/end-session-v2-now.ts'")
  expect(module).toContain(
    'readonly things: ListThingsMethods & { readonly sessions: EndSessionV2NowMethods }\n',
  )
  expect(module).toContain(
    'this.things = { ...listThings(createMethod), sessions: { ...endSessionV2Now(createMethod) } }\n',
  )
  expect(module).toContain('this.health = { ...ping(createMethod) }\n')
})
