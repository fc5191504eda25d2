import { checkParameter, checkResponseBody } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { allOperations, isOperationId, operations } from '@connected-apps/contract/operations'
import { chooseExample } from '../plan/choose-example.ts'
import { detachFrozen } from '../detach.ts'
import { listOf } from '../state/lists.ts'
import type { ListItem, ListProperty } from '../state/lists.ts'
import { maxWaitSeconds } from './scenario.ts'
import type { PlannedResponse, Scenario } from './scenario.ts'

const maxResponses = 20
const maxListItems = 100
const maxDefinitionBytes = 64 * 1024

/** A scenario definition is invalid; the message says what is wrong. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * The operation with this id.
 *
 * @throws {ScenarioError}
 */
export function findOperation(operationId: unknown): Operation {
  if (typeof operationId === 'string' && isOperationId(operationId)) return operations[operationId]
  const ids = Object.keys(operations).join(', ')
  const given = String(operationId).slice(0, 64)
  throw new ScenarioError(`unknown operation ${given}; operations are ${ids}`)
}

/**
 * Parses a scenario definition: `{ "responses": [{ "status": 429 }, { "status": 200 }] }`. As in
 * `Prefer`, a response is chosen by its status, its example or both; `waitSeconds` is optional.
 *
 * @throws {ScenarioError}
 */
export function parseScenario(operationId: unknown, id: unknown, definition: unknown): Scenario {
  const operation = findOperation(operationId)
  const { parameter } = operation.scenarios
  if (!isValueOf(operation, parameter, id)) {
    throw new ScenarioError(`the id is not a ${parameter} that the contract allows`)
  }
  const fixed = { operationId: operation.operationId, parameter, id }
  const list = listOf(operation)
  const given = asRecord(definition, 'a scenario', [
    ...Object.keys(fixed),
    'title',
    'responses',
    ...(list ? [list.property] : []),
  ])
  for (const [key, value] of Object.entries(fixed)) {
    if (given[key] !== undefined && given[key] !== value) {
      throw new ScenarioError(`${key} differs from ${value}; leave it out`)
    }
  }
  const items = list && given[list.property]
  const success = { status: operation.successStatus }
  const { title = fixed.id, responses = items && [success] } = given
  if (typeof title !== 'string') throw new ScenarioError('title must be a string')
  if (!Array.isArray(responses) || responses.length === 0 || responses.length > maxResponses) {
    throw new ScenarioError(`responses must be a list of 1 to ${maxResponses} responses`)
  }
  const [first, ...others] = responses.map((response, index) =>
    parseResponse(operation, response, index),
  )
  if (!first) throw new ScenarioError('responses is empty')
  const scenario = detachFrozen<Scenario>({
    ...fixed,
    title: title.slice(0, 128),
    responses: [first, ...others],
    ...(list && items !== undefined && { [list.property]: parseList(operation, list, items) }),
  })
  const bytes = new TextEncoder().encode(JSON.stringify(scenario)).byteLength
  if (bytes <= maxDefinitionBytes) return scenario
  throw new ScenarioError(
    `a scenario has at most ${maxDefinitionBytes} bytes; this one has ${bytes}`,
  )
}

/** Completes each item from the contract's example, and validates the list as part of a response. */
function parseList(operation: Operation, list: ListProperty, given: unknown): ListItem[] {
  const { property, itemId } = list
  if (!Array.isArray(given) || given.length > maxListItems) {
    throw new ScenarioError(`${property} must be a list of at most ${maxListItems} items`)
  }
  const [example] = Object.values(operation.examples)
  const body = example?.body as { readonly [name: string]: unknown } // safe: a success is an object
  const known = body[property] as readonly ListItem[] // safe: its list contains objects
  const names = [...new Set(known.flatMap((item) => Object.keys(item)))]
  const defaults = Object.entries(known[0] ?? {}).filter(([name]) =>
    known.every((item) => name in item),
  )
  const items = given.map((item: unknown, index) => ({
    ...Object.fromEntries(defaults.filter(([name]) => name !== itemId)),
    ...asRecord(item, `${property}[${index}]`, names),
  }))
  const ids = items.map((item: ListItem) => item[itemId])
  const invalid = ids.findIndex((id) => !isValueOf(operation, itemId, id))
  if (invalid !== -1) {
    throw new ScenarioError(
      `${property}[${invalid}].${itemId} is not a ${itemId} that the contract allows`,
    )
  }
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) !== index)
  if (repeated !== -1) {
    throw new ScenarioError(`${property}[${repeated}].${itemId} is in the list already`)
  }
  const response = { ...body, [property]: items }
  const [violation] = checkResponseBody(operation, operation.successStatus, response)
  if (violation) throw new ScenarioError(`${violation.pointer.slice(1)} ${violation.message}`)
  return items
}

/** Whether the parameter, of this operation or of another one, allows the value. */
function isValueOf({ parameters }: Operation, name: string, value: unknown): value is string {
  const declared = [parameters, ...allOperations.map((other) => other.parameters)].find(
    (each) => name in each,
  )?.[name]
  return (
    declared !== undefined &&
    typeof value === 'string' &&
    checkParameter(declared, value).length === 0
  )
}

function parseResponse(operation: Operation, response: unknown, index: number): PlannedResponse {
  const path = `responses[${index}]`
  const { status, example: name, waitSeconds } = asRecord(response, path, responseKeys)
  const example = chooseExample(operation, toText(status), toText(name))
  if (example === undefined) throw new ScenarioError(`${path} has neither status nor example`)
  if (typeof example === 'object') throw new ScenarioError(`${path}: ${example.error}`)
  if (waitSeconds === undefined) return { example }
  // Written this way to also reject NaN, which JavaScript can pass, but JSON cannot.
  if (typeof waitSeconds !== 'number' || !(waitSeconds >= 0 && waitSeconds <= maxWaitSeconds)) {
    throw new ScenarioError(`${path}.waitSeconds must be a number from 0 to ${maxWaitSeconds}`)
  }
  return { example, waitSeconds }
}

function toText(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : '' // no operation has an example with an empty name
}

const responseKeys = ['status', 'example', 'waitSeconds']

// Most keys have a default, so ignoring a misspelled key would change the response.
function asRecord(value: unknown, path: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    throw new ScenarioError(`${path} must be an object`)
  }
  const unknownKeys = Object.keys(value).filter((key) => !keys.includes(key))
  if (unknownKeys.length === 0) return { ...value }
  const names = unknownKeys.join(', ').slice(0, 128)
  const verb = unknownKeys.length === 1 ? 'is' : 'are'
  throw new ScenarioError(`${names} ${verb} unknown; ${path} has ${keys.join(', ')}`)
}
