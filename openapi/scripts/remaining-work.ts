import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operationsOf } from './compare/operations.ts'
import { root } from './contract-file.ts'
import type { JsonObject } from './json.ts'

interface Place {
  /** The directory or file that a person has to write. */
  path: (operationId: string) => string
  /** Whether it is done for this operation. */
  isDone: (path: string, operationId: string) => boolean
  /** What is missing, in the author's words. */
  missing: string
}

/** What nothing can generate: the places where a person has something to decide for an operation. */
const places: Place[] = [
  {
    path: (operationId) => `packages/client/src/operations/${kebabCase(operationId)}.ts`,
    isDone: (path) => existsSync(join(root, path)),
    missing: 'the client has no method for it; copy a sibling file and name its parameters',
  },
  {
    path: () => 'apps/service/src/operation/handlers.ts',
    isDone: isMember,
    missing: 'the service has no handler for it; write one, and register it by its operationId',
  },
]

/** What is still to be done by hand for the operations of the contract, one line for each file. */
export function remainingWork(document: JsonObject): string[] {
  return operationsOf(document).flatMap(({ operation }) => {
    const id = String(operation['operationId'])
    return places
      .filter(({ path, isDone }) => !isDone(path(id), id))
      .map(({ path, missing }) => `${path(id)}: ${id}: ${missing}`)
  })
}

/** Whether an object in the file has a member of this name; a mention in a type is not enough. */
function isMember(path: string, operationId: string): boolean {
  const file = join(root, path)
  if (!existsSync(file)) return false
  return new RegExp(`^\\s*(?:async\\s+)?${operationId}\\s*[:(,]`, 'm').test(
    readFileSync(file, 'utf8'),
  )
}

function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
