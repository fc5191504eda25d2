import type { PathParameters } from '@connected-apps/contract'
import { expandPath } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'

/** Invented: a mock accepts any. */
export const credentials = { project_id: 'project-test-1', secret: 'secret-test-1' }

/** Ids that no scenario has. */
export const ids = {
  organization_id: 'organization-1',
  member_id: 'member-1',
  connected_app_id: 'app-1',
}

/** The URL of a revoke at the test server of the contract, or at another. */
export function revokeUrl(
  values: Partial<PathParameters<'revokeConnectedApp'>> = {},
  baseUrl = 'https://test.stytch.com',
): string {
  return baseUrl + expandPath(operations.revokeConnectedApp, { ...ids, ...values })
}
