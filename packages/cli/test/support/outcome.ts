import type { Outcome, Result } from '../../src/outcome.ts'
import type { Target } from '../../src/target.ts'

/** The target of an ordinal: every ten Members are in one Organization. */
export function targetOf(ordinal: number): Target {
  return {
    organization_id: `organization-test-${Math.floor(ordinal / 10)}`,
    member_id: `member-test-${ordinal}`,
    connected_app_id: 'connected-app-test-1',
  }
}

/** An outcome as a run would have it. */
export function outcomeOf(ordinal: number, result: Result = 'revoked'): Outcome {
  return {
    ordinal,
    target: targetOf(ordinal),
    result,
    status_code: 200,
    request_id: `request-id-test-${ordinal}`,
    endedAt: 1_788_000_000_123,
    durationMs: 12,
    attempts: 1,
  }
}
