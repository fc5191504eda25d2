import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operationsOf } from './compare/operations.ts'
import { root } from './contract-file.ts'
import type { JsonObject } from './json.ts'

// The service's handler of an operation cannot be generated.
const handlersPath = 'apps/service/src/operation/handlers.ts'

/** What is left to do by hand for the operations of the contract, one line per operation. */
export function remainingWork(document: JsonObject): string[] {
  const file = join(root, handlersPath)
  const handlers = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return operationsOf(document)
    .map(({ operation }) => String(operation['operationId']))
    .filter((id) => !isMember(handlers, id))
    .map(
      (id) =>
        `${handlersPath}: ${id}: the service has no handler for it; write one, and register it by its operationId`,
    )
}

/** Whether an object in the source text has a member with this name; a mention in a type is not enough. */
function isMember(source: string, name: string): boolean {
  return new RegExp(`^\\s*(?:async\\s+)?${name}\\s*[:(,]`, 'm').test(source)
}
