import type { Status } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { Choice, PlannedAnswer } from './choice.ts'
import { findExample, firstExample } from './known-examples.ts'
import { waitLimitSeconds } from './preferences.ts'
import type { Scenario } from './scenarios.ts'

/** A scenario has at most so many answers. */
const answersLimit = 20

/** What cannot be a scenario, and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * Reads a scenario that was sent as JSON: `{ "answers": [{ "status": 429 }, { "status": 200 }] }`,
 * each answer with `example` and `waitSeconds` if need be.
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
  const { status, example, waitSeconds } = asRecord(answer, `answers[${index}]`, answerKeys)
  const first = typeof status === 'number' ? firstExample(status) : undefined
  if (!first) throw new ScenarioError(`answers[${index}].status is none of the contract's`)
  const choice = example === undefined ? first : findNamed(example, first.status)
  if (!choice) {
    throw new ScenarioError(`answers[${index}].example is no example of ${first.status}`)
  }
  if (waitSeconds === undefined) return choice
  if (typeof waitSeconds !== 'number' || waitSeconds < 0 || waitSeconds > waitLimitSeconds) {
    throw new ScenarioError(`answers[${index}].waitSeconds is from 0 to ${waitLimitSeconds}`)
  }
  return { ...choice, waitSeconds }
}

function findNamed(example: unknown, status: Status): Choice | undefined {
  return typeof example === 'string' ? findExample(example, status) : undefined
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
