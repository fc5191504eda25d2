import { checkParameter } from '@connected-apps/contract/request'
import { chooseExample } from './known-examples.ts'
import { waitLimitSeconds } from './preferences.ts'
import type { PlannedAnswer, Scenario } from './scenarios.ts'

/** A scenario has at most so many answers. */
const answersLimit = 20

/** What cannot be a scenario, and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * Reads a scenario that was sent as JSON: `{ "answers": [{ "status": 429 }, { "status": 200 }] }`.
 * An answer is named by its status, its example or both, as in `Prefer`; `waitSeconds` if need be.
 *
 * @throws {ScenarioError}
 */
export function parseScenario(connectedAppId: string, definition: unknown): Scenario {
  if (checkParameter('connected_app_id', connectedAppId).length > 0) {
    throw new ScenarioError('connected_app_id has not the form that the contract demands')
  }
  const {
    connected_app_id: repeated = connectedAppId,
    title = 'Defined at run time',
    answers,
  } = asRecord(definition, 'a scenario', scenarioKeys)
  if (repeated !== connectedAppId) {
    throw new ScenarioError("connected_app_id is not the path's; leave it out")
  }
  if (!Array.isArray(answers) || answers.length === 0 || answers.length > answersLimit) {
    throw new ScenarioError(`answers is a list of 1 to ${answersLimit} answers`)
  }
  const [first, ...others] = answers.map((answer, index) => parseAnswer(answer, index))
  if (!first) throw new ScenarioError('answers is empty')
  return {
    connected_app_id: connectedAppId,
    title: typeof title === 'string' ? title.slice(0, 128) : '',
    answers: [first, ...others],
  }
}

function parseAnswer(answer: unknown, index: number): PlannedAnswer {
  const what = `answers[${index}]`
  const { status, example: name, waitSeconds } = asRecord(answer, what, answerKeys)
  const example = chooseExample(textOf(status), textOf(name))
  if (example === undefined) throw new ScenarioError(`${what} has neither status nor example`)
  if (typeof example === 'object') throw new ScenarioError(`${what}: ${example.fault}`)
  if (waitSeconds === undefined) return { example }
  if (typeof waitSeconds !== 'number' || waitSeconds < 0 || waitSeconds > waitLimitSeconds) {
    throw new ScenarioError(`${what}.waitSeconds is from 0 to ${waitLimitSeconds}`)
  }
  return { example, waitSeconds }
}

function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
}

// What is left out has a default, so that a misspelled key would play another answer.
const scenarioKeys = ['connected_app_id', 'title', 'answers']
const answerKeys = ['status', 'example', 'waitSeconds']

function asRecord(value: unknown, what: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new ScenarioError(`${what} is no object`)
  const unknown = Object.keys(value).filter((key) => !keys.includes(key))
  if (unknown.length === 0) return { ...value }
  const names = unknown.join(', ').slice(0, 128)
  const are = unknown.length === 1 ? 'is' : 'are'
  throw new ScenarioError(`${names} ${are} unknown; ${what} has ${keys.join(', ')}`)
}
