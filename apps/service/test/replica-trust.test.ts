import { describe, expect, it } from 'vitest'
import { isEveryStandbyRequired, parseStandbyNames } from '../src/postgres/replica/standby-names.ts'
import type { PrimaryState, ReplicaState, Standby } from '../src/postgres/replica/trust.ts'
import { isBefore, whyInDoubt } from '../src/postgres/replica/trust.ts'

describe('synchronous_standby_names', () => {
  it.each([
    ['', undefined],
    ['  ', undefined],
    ['a', { method: 'FIRST', count: 1, names: ['a'] }],
    ['a, b', { method: 'FIRST', count: 1, names: ['a', 'b'] }],
    ['*', { method: 'FIRST', count: 1, names: ['*'] }],
    ['2 (a,b)', { method: 'FIRST', count: 2, names: ['a', 'b'] }],
    ['FIRST 2 (a, b)', { method: 'FIRST', count: 2, names: ['a', 'b'] }],
    ['any 1(a, "b, (c) ""d""")', { method: 'ANY', count: 1, names: ['a', '"b, (c) ""d"""'] }],
  ])('is parsed: %s', (setting, parsed) => {
    expect(parseStandbyNames(setting)).toEqual(parsed)
  })

  it.each([
    ['ANY 2 (a, b)', true],
    ['ANY 3 (a, b)', true],
    ['ANY 1 (a, b)', false],
    ['ANY 1 (*)', false],
    ['ANY 2 (a, *)', false],
  ])('in which a commit waits for everyone or not: %s', (setting, isEveryone) => {
    const names = parseStandbyNames(setting)
    expect(names && isEveryStandbyRequired(names)).toBe(isEveryone)
  })
})

it.each([
  ['0/FFFFFFFF', '1/0', true],
  ['1/0', '0/FFFFFFFF', false],
  ['A/10', 'A/9', false],
  ['A/9', 'A/9', false],
  [null, '0/1', true],
])('the position %s is before %s: %s', (position, other, expected) => {
  expect(isBefore(position, other)).toBe(expected)
})

describe('a replica', () => {
  const standby: Standby = {
    pid: 1,
    application_name: 'r1',
    slot: 's1',
    sync_state: 'sync',
    sync_priority: 1,
    replay_lsn: '0/10',
  }
  const primary: PrimaryState = {
    database: 'd',
    cluster: '7',
    can_read_statistics: true,
    role: 'apps',
    next_synchronous_commit: 'remote_apply',
    standby_names: 'r1',
    flushed: '0/20',
    started_at: 'today',
    is_configuration_in_effect: true,
    standbys: [
      standby,
      { ...standby, pid: 2, application_name: 'r2', slot: 's2', sync_state: 'async' },
    ],
  }
  const replica: ReplicaState = {
    database: 'd',
    cluster: '7',
    can_read_statistics: true,
    role: 'apps',
    is_standby: true,
    slot: 's1',
    replayed: '0/10',
  }
  const quorum = { ...standby, sync_state: 'quorum' } as const

  it.each<[string, Partial<PrimaryState>]>([
    ['is synchronous', {}],
    ['is one of a quorum of all', { standbys: [quorum], standby_names: 'ANY 2 (r1, r2)' }],
  ])('that %s is trusted', (_, change) => {
    expect(whyInDoubt({ ...primary, ...change }, replica)).toBeUndefined()
  })

  it.each<[string, Partial<PrimaryState>, Partial<ReplicaState>, RegExp]>([
    ['of another cluster', {}, { cluster: '8' }, /another database/],
    ['of another database', {}, { database: 'e' }, /another database/],
    ['that was promoted', {}, { is_standby: false, slot: null }, /no standby/],
    ['that receives nothing', {}, { slot: null }, /receives nothing/],
    ['without a slot', {}, { slot: '' }, /primary_slot_name/],
    ['that the primary does not know', { standbys: [] }, {}, /no standby .* slot s1/],
    [
      'that replicates another standby of the same name',
      {},
      { slot: 'below' },
      /no standby .* slot below/,
    ],
    [
      'for which commits may not wait yet',
      { is_configuration_in_effect: false },
      {},
      /run CHECKPOINT on the primary, two seconds after the reload or later$/,
    ],
    ['that is behind the one with its slot', {}, { replayed: '0/F' }, /not the standby/],
    [
      'that may become synchronous',
      { standbys: [{ ...standby, sync_state: 'potential' }] },
      {},
      /r1 is potential/,
    ],
    [
      'that is asynchronous',
      { standbys: [{ ...standby, sync_state: 'async' }] },
      {},
      /\(r1 is async\); set synchronous_standby_names = 'FIRST 1 \(r1\)'/,
    ],
    [
      'that is one of several of which some are needed',
      { standbys: [quorum], standby_names: 'ANY 1 (r1, r2)' },
      {},
      /may not wait.*ANY 1 \(r1, r2\)/,
    ],
    [
      'in a quorum in which one name has two standbys',
      {
        standbys: [quorum, ...[2, 3].map((pid) => ({ ...quorum, pid, application_name: 'r2' }))],
        standby_names: 'ANY 2 (r1, r2)',
      },
      {},
      /may not wait/,
    ],
    [
      'to which later revokes are only sent',
      { next_synchronous_commit: 'local' },
      {},
      /synchronous_commit = local; run ALTER ROLE apps SET/,
    ],
    [
      'whose primary hides its statistics from the role',
      { can_read_statistics: false, role: 'Apps-1' },
      {},
      /role of DATABASE_URL.*GRANT pg_read_all_stats TO "Apps-1"/,
    ],
    [
      'that hides its statistics from the role',
      {},
      { can_read_statistics: false },
      /role of READ_DATABASE_URL.*GRANT pg_read_all_stats/,
    ],
  ])('%s is in doubt', (_, ofPrimary, ofReplica, reason) => {
    const found = whyInDoubt({ ...primary, ...ofPrimary }, { ...replica, ...ofReplica })
    expect(found).toMatch(reason)
    expect(found).not.toContain('\n')
  })
})
