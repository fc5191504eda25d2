import type { ExampleName, OperationId } from '@connected-apps/contract'
import { expectTypeOf, test } from 'vitest'
import type { JournalFilter, PlannedResponse, Scenario, ScenarioDefinition } from '../src/index.ts'

type DefinitionOf<Id extends OperationId> = Extract<ScenarioDefinition, { operationId: Id }>
type ExampleOf<Id extends OperationId> = NonNullable<
  DefinitionOf<Id>['responses']
>[number]['example']

test('a response is an example of the contract, chosen by its name alone', () => {
  expectTypeOf<PlannedResponse['example']>().toEqualTypeOf<ExampleName>()
  expectTypeOf<{ example: ExampleName }>().toExtend<PlannedResponse>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<PlannedResponse>()
  expectTypeOf<{ waitSeconds: 1 }>().not.toExtend<PlannedResponse>()
  const response = {} as PlannedResponse // only its type matters
  // @ts-expect-error the example determines the status, so a second one could contradict it
  const contradicting: PlannedResponse = { status: 403, example: response.example }
  void contradicting
})

test('a definition has only examples of its own operation', () => {
  type Checks = { [Id in OperationId]: ExampleOf<Id> extends ExampleName<Id> ? true : false }
  expectTypeOf<Checks[OperationId]>().toEqualTypeOf<true>()
  expectTypeOf<ScenarioDefinition['operationId']>().toEqualTypeOf<OperationId>()
})

test('a scenario has at least one response', () => {
  expectTypeOf<[]>().not.toExtend<Scenario['responses']>()
  expectTypeOf<[]>().not.toExtend<NonNullable<ScenarioDefinition['responses']>>()
})

test('a filter of the journal has only the fields and values of an entry', () => {
  expectTypeOf<{ operationId: OperationId; example: ExampleName }>().toExtend<JournalFilter>()
  expectTypeOf<{ operationId: 'typo' }>().not.toExtend<JournalFilter>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<JournalFilter>()
  expectTypeOf<{ status: 418 }>().not.toExtend<JournalFilter>()
  // @ts-expect-error a misspelled filter would match everything
  const misspelled: JournalFilter = { membr_id: 'a' }
  void misspelled
})
