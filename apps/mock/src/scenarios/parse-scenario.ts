import { checkParameter } from '@connected-apps/contract/request'
import { maxWaitSeconds } from './built-in.ts'
import type { PlannedResponse, Scenario } from './built-in.ts'
import { chooseExample } from './choose-example.ts'

const maxResponses = 20

/** A scenario definition is invalid; the message says what is wrong. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * Parses a scenario definition: `{ "responses": [{ "status": 429 }, { "status": 200 }] }`. As in
 * `Prefer`, a response is chosen by its status, its example or both; `waitSeconds` is optional.
 *
 * @throws {ScenarioError}
 */
export function parseScenario(connectedAppId: string, definition: unknown): Scenario {
  if (checkParameter('connected_app_id', connectedAppId).length > 0) {
    throw new ScenarioError("connected_app_id does not match the contract's pattern")
  }
  const {
    connected_app_id: idInBody = connectedAppId,
    title = 'Defined at run time',
    responses,
  } = asRecord(definition, 'a scenario', scenarioKeys)
  if (idInBody !== connectedAppId) {
    throw new ScenarioError('connected_app_id differs from the one in the path; leave it out')
  }
  if (!Array.isArray(responses) || responses.length === 0 || responses.length > maxResponses) {
    throw new ScenarioError(`responses must be a list of 1 to ${maxResponses} responses`)
  }
  const [first, ...others] = responses.map((response, index) => parseResponse(response, index))
  if (!first) throw new ScenarioError('responses is empty')
  return {
    connected_app_id: connectedAppId,
    title: typeof title === 'string' ? title.slice(0, 128) : '',
    responses: [first, ...others],
  }
}

function parseResponse(response: unknown, index: number): PlannedResponse {
  const path = `responses[${index}]`
  const { status, example: name, waitSeconds } = asRecord(response, path, responseKeys)
  const example = chooseExample(toText(status), toText(name))
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

// Most keys have a default, so a misspelled key that was ignored would change the response.
const scenarioKeys = ['connected_app_id', 'title', 'responses']
const responseKeys = ['status', 'example', 'waitSeconds']

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
