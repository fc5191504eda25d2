import { checkParameter } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { isOperationId, operations } from '@connected-apps/contract/operations'
import { chooseExample } from './choose-example.ts'
import { maxWaitSeconds } from './scenario.ts'
import type { PlannedResponse, Scenario } from './scenario.ts'

const maxResponses = 20

/** A scenario definition is invalid; the message says what is wrong. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * The operation of that id.
 *
 * @throws {ScenarioError}
 */
export function findOperation(operationId: string): Operation {
  if (isOperationId(operationId)) return operations[operationId]
  const ids = Object.keys(operations).join(', ')
  throw new ScenarioError(`unknown operation ${operationId.slice(0, 64)}; operations are ${ids}`)
}

/**
 * Parses a scenario definition: `{ "responses": [{ "status": 429 }, { "status": 200 }] }`. As in
 * `Prefer`, a response is chosen by its status, its example or both; `waitSeconds` is optional.
 *
 * @throws {ScenarioError}
 */
export function parseScenario(operationId: string, id: string, definition: unknown): Scenario {
  const operation = findOperation(operationId)
  const { parameter } = operation.scenarios
  const declared = operation.parameters[parameter]
  if (!declared || checkParameter(declared, id).length > 0) {
    throw new ScenarioError(`the id is not a ${parameter} that the contract allows`)
  }
  const fixed = { operationId: operation.operationId, parameter, id }
  const given = asRecord(definition, 'a scenario', [...Object.keys(fixed), 'title', 'responses'])
  for (const [key, value] of Object.entries(fixed)) {
    if (given[key] !== undefined && given[key] !== value) {
      throw new ScenarioError(`${key} differs from ${value}; leave it out`)
    }
  }
  const { title = 'Defined at run time', responses } = given
  if (typeof title !== 'string') throw new ScenarioError('title must be a string')
  if (!Array.isArray(responses) || responses.length === 0 || responses.length > maxResponses) {
    throw new ScenarioError(`responses must be a list of 1 to ${maxResponses} responses`)
  }
  const [first, ...others] = responses.map((response, index) =>
    parseResponse(operation, response, index),
  )
  if (!first) throw new ScenarioError('responses is empty')
  return {
    ...fixed,
    title: title.slice(0, 128),
    responses: [first, ...others],
  }
}

function parseResponse(operation: Operation, response: unknown, index: number): PlannedResponse {
  const path = `responses[${index}]`
  const { status, example: name, waitSeconds } = asRecord(response, path, responseKeys)
  const example = chooseExample(operation, toText(status), toText(name))
  if (example === undefined) throw new ScenarioError(`${path} has neither status nor example`)
  if (typeof example === 'object') throw new ScenarioError(`${path}: ${example.error}`)
  if (waitSeconds === undefined) return { example }
  if (typeof waitSeconds !== 'number' || waitSeconds < 0 || waitSeconds > maxWaitSeconds) {
    throw new ScenarioError(`${path}.waitSeconds must be a number from 0 to ${maxWaitSeconds}`)
  }
  return { example, waitSeconds }
}

function toText(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
}

const responseKeys = ['status', 'example', 'waitSeconds']

// Most keys have a default, so a misspelled key that was ignored would change the response.
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
