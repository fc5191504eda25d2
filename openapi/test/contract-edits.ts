import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Bump } from '../scripts/bump.ts'
import { contractPath } from '../scripts/contract-file.ts'
import type { JsonObject } from '../scripts/json.ts'
import { isObject, resolved } from '../scripts/json.ts'

/** Changes a contract, in place. */
export type Edit = (contract: JsonObject) => void

/** The minimum bump for a kind of change, and an edit that makes such a change. */
export type Change = [least: Bump, kind: string, change: Edit, before?: Edit]

/** A copy of the contract to edit. */
export function readContract(): JsonObject {
  return parse(readFileSync(contractPath, 'utf8'))
}

/** The object at the end of these names, references followed. Throws when there is none. */
export function at(contract: JsonObject, ...names: string[]): JsonObject {
  return names.reduce((owner, name) => follow(contract, owner[name], name), contract)
}

/** The operation that most edits change, or what is at the end of these names in it. */
export function inOperation(contract: JsonObject, ...names: string[]): JsonObject {
  const { operation } = revoke(contract)
  return names.reduce((owner, name) => follow(contract, owner[name], name), operation)
}

/** The same operation, with its location. */
export function revoke(contract: JsonObject) {
  for (const [path, pathItem] of Object.entries(at(contract, 'paths'))) {
    const operation = isObject(pathItem) ? pathItem['post'] : undefined
    if (isObject(pathItem) && isObject(operation)) {
      if (operation['operationId'] === 'revokeConnectedApp') return { path, pathItem, operation }
    }
  }
  throw new Error('the contract has no operation revokeConnectedApp')
}

/** The media type of a response, with its `schema` and `examples`. */
export function inResponse(contract: JsonObject, status: string, ...names: string[]): JsonObject {
  return inOperation(contract, 'responses', status, 'content', 'application/json', ...names)
}

/** The parameter with this name. */
export function parameter(contract: JsonObject, name: string): JsonObject {
  const found = listOf(inOperation(contract), 'parameters')
    .map((item) => follow(contract, item, name))
    .find((item) => item['name'] === name)
  if (found === undefined) throw new Error(`the contract has no parameter ${name}`)
  return found
}

/** The schema of the request body. */
export function requestBody(contract: JsonObject): JsonObject {
  return inOperation(contract, 'requestBody', 'content', 'application/json', 'schema')
}

/** The list with this name, to be edited in place. */
export function listOf(owner: JsonObject, name: string): unknown[] {
  const list = owner[name]
  if (!Array.isArray(list)) throw new Error(`${name} is not a list`)
  return list
}

function follow(contract: JsonObject, value: unknown, name: string): JsonObject {
  const found = resolved(contract, { pointer: '', value }).value
  if (!isObject(found)) throw new Error(`the contract has no ${name} where the edit expects it`)
  return found
}

/** Turns the order of a list around, in place. */
export function flip(list: unknown[]): void {
  list.splice(0, list.length, ...list.toReversed())
}
