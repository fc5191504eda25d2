import type { Status } from '@connected-apps/contract'
import { expectTypeOf, test } from 'vitest'
import type { JournalFilter, PlannedAnswer, Scenario } from '../src/index.ts'

test('an answer is an example of its own status', () => {
  expectTypeOf<{ status: 403; example: 'session_authorization_error' }>().toExtend<PlannedAnswer>()
  expectTypeOf<{ status: 403; example: 'revoked' }>().not.toExtend<PlannedAnswer>()
  expectTypeOf<{ status: 418; example: 'revoked' }>().not.toExtend<PlannedAnswer>()
  expectTypeOf<PlannedAnswer['status']>().toEqualTypeOf<Status>()
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
