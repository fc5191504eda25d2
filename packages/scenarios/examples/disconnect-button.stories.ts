// disconnect-button.stories.ts
import { B2BClient } from '@connected-apps/client'
import { scenarios } from '@connected-apps/scenarios'
import { mockFetch } from '@connected-apps/scenarios/fetch'
import { createDisconnectButton } from './disconnect-button.ts'

interface Args {
  connected_app_id: string
}

export default {
  title: 'Disconnect button',
  render({ connected_app_id }: Args) {
    // Each story has an engine of its own, so that it starts anew whenever it is shown.
    const { connectedApps } = new B2BClient({
      project_id: 'project-test-1',
      secret: 'secret-test-1', // any will do
      maxRetries: 0,
      fetch: mockFetch(),
      dangerouslyAllowBrowser: true, // only here; a real secret stays in your backend
    }).organizations.members
    const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id }
    return createDisconnectButton(() => connectedApps.tryRevoke(ids))
  },
}

export const Revoked = { args: scenarios.revoked }
export const Slow = { args: scenarios.revokedAfter3Seconds }
export const TooManyRequestsTwice = { args: scenarios.tooManyRequestsTwiceThenRevoked }
export const ServerError = { args: scenarios.theServerFailsOnceThenRevoked }
