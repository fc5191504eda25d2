import { mkdir, writeFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { methodsModule } from './methods.ts'
import type { Operation } from './methods.ts'

/** The part of an operation in the document that is read here. */
interface OperationObject {
  operationId: string
  'x-client-method': string
}

const operations: Operation[] = Object.values(document.paths)
  .flatMap((pathItem) => Object.values<unknown>(Object(pathItem))) // an extension may be no object
  .filter(isOperation)
  .map((each) => ({ operationId: each.operationId, clientMethod: each['x-client-method'] }))

const directory = new URL('../src/generated/', import.meta.url)
await mkdir(directory, { recursive: true })
await writeFile(new URL('methods.ts', directory), methodsModule(operations))

function isOperation(value: unknown): value is OperationObject {
  return Object.hasOwn(Object(value), 'operationId')
}
