import { describe, expect, it } from 'vitest'
import { allScenarios } from '../src/index.ts'
import { parseScenario } from '../src/scenario/parse-scenario.ts'
import { maxDefinitions, maxSequences, ScenarioPlayer } from '../src/scenario/player.ts'
import { anyOperation, first, otherParameter, scenarioValue, successOf } from './operations.ts'

const { operationId } = anyOperation
const success = successOf(anyOperation)

describe('the state of the scenarios', () => {
  it('is bounded, and keeps what was used most recently', () => {
    const player = new ScenarioPlayer()
    const other = otherParameter(anyOperation)
    const { id, responses } = first(
      allScenarios.filter(
        (each) => each.operationId === operationId && each.responses.length === 2,
      ),
    )
    const [begin, end] = responses.map(({ example }) => example)
    const next = (value: string, scenario = id) => {
      const path = { ...scenarioValue(anyOperation, scenario), [other]: value }
      const found = player.find({ operationId, id: scenario })
      return found && player.nextResponse(found, { operation: anyOperation, path }).example
    }
    const define = (scenario: string) =>
      player.define(parseScenario(operationId, scenario, { responses: [{ example: success }] }))
    expect(next('kept')).toBe(begin)
    expect(next('evicted')).toBe(begin)
    for (let member = 0; member < maxSequences - 1; member += 1) {
      next(`m${member}`)
      next('kept')
    }
    expect(next('kept')).toBe(end)
    expect(next('evicted')).toBe(begin)
    for (let app = 0; app < 2 * maxDefinitions; app += 1) define(`a${app}`)
    expect(player.scenarios()).toHaveLength(maxDefinitions + allScenarios.length)
    const inUse = `a${maxDefinitions}` // the oldest definition that is left
    expect(next('m', inUse)).toBe(success)
    define('new')
    expect(next('m', inUse)).toBe(success)
  })
})
