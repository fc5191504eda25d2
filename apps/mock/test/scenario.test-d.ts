import type { ExampleName } from '@connected-apps/contract/examples'
import { expectTypeOf, test } from 'vitest'
import type { JournalFilter, PlannedAnswer, Scenario } from '../src/index.ts'

test('an answer is an example of the contract, by its name alone', () => {
  expectTypeOf<PlannedAnswer['example']>().toEqualTypeOf<ExampleName>()
  expectTypeOf<{ example: 'session_authorization_error' }>().toExtend<PlannedAnswer>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<PlannedAnswer>()
  expectTypeOf<{ waitSeconds: 1 }>().not.toExtend<PlannedAnswer>()
  // @ts-expect-error the example has a status, which could only be repeated or contradicted
  const contradicting: PlannedAnswer = { status: 403, example: 'revoked' }
  void contradicting
})

test('a scenario has at least one answer', () => {
  expectTypeOf<[]>().not.toExtend<Scenario['answers']>()
})

test('a filter of the journal names what an entry has, and what it can hold', () => {
  expectTypeOf<{ member_id: string; status: 403 }>().toExtend<JournalFilter>()
  expectTypeOf<{ example: 'typo' }>().not.toExtend<JournalFilter>()
  expectTypeOf<{ status: 418 }>().not.toExtend<JournalFilter>()
  // @ts-expect-error a misspelled filter would find everything
  const misspelled: JournalFilter = { membr_id: 'a' }
  void misspelled
})
