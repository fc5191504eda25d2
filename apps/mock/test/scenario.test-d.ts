import type { ExampleName } from '@connected-apps/contract/examples'
import { expectTypeOf, test } from 'vitest'
import type { JournalFilter, PlannedResponse, Scenario } from '../src/index.ts'

test('a response is an example of the contract, chosen by its name alone', () => {
  expectTypeOf<PlannedResponse['example']>().toEqualTypeOf<ExampleName>()
  expectTypeOf<{ example: 'session_authorization_error' }>().toExtend<PlannedResponse>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<PlannedResponse>()
  expectTypeOf<{ waitSeconds: 1 }>().not.toExtend<PlannedResponse>()
  // @ts-expect-error the example determines the status, so a second one could contradict it
  const contradicting: PlannedResponse = { status: 403, example: 'revoked' }
  void contradicting
})

test('a scenario has at least one response', () => {
  expectTypeOf<[]>().not.toExtend<Scenario['responses']>()
})

test('a filter of the journal has only the fields and values of an entry', () => {
  expectTypeOf<{ member_id: string; status: 403 }>().toExtend<JournalFilter>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<JournalFilter>()
  expectTypeOf<{ status: 418 }>().not.toExtend<JournalFilter>()
  // @ts-expect-error a misspelled filter would match everything
  const misspelled: JournalFilter = { membr_id: 'a' }
  void misspelled
})
