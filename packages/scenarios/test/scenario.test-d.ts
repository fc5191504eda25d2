import type { ExampleName, OperationId } from '@connected-apps/contract'
import { expectTypeOf, test } from 'vitest'
import { scenarios } from '../src/index.ts'
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

test('the id of a scenario is a literal, by its name and by its operation', () => {
  expectTypeOf(
    scenarios.tooManyRequestsTwiceThenRevoked.connected_app_id,
  ).toEqualTypeOf<'connected-app-test-00000000-0000-4000-8000-000429429200'>()
  expectTypeOf(
    scenarios.getMemberConnectedApps.tooManyRequests.member_id,
  ).toEqualTypeOf<'member-test-00000000-0000-4000-8000-000000000429'>()
  expectTypeOf<OperationId>().toExtend<keyof typeof scenarios>()
  // @ts-expect-error a misspelled name
  void scenarios.tooManyRequest
})

test('a list is defined for the operation that has it, and each item has an id', () => {
  const own = { operationId: 'getMemberConnectedApps', id: 'm' } as const
  expectTypeOf<
    typeof own & { connected_apps: [{ connected_app_id: 'a'; name: 'A' }] }
  >().toExtend<ScenarioDefinition>()
  expectTypeOf<
    typeof own & { connected_apps: [{ name: 'A' }] }
  >().not.toExtend<ScenarioDefinition>()
  expectTypeOf<typeof own>().not.toExtend<ScenarioDefinition>()
})
