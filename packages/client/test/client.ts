import type { B2BClientConfig, ConnectedApps } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'

/** The contract's example ids. */
export { pathParameterExamples as ids } from '@connected-apps/contract/examples'

export const credentials = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: 'secret-test-Zm9vYmFyYmF6cXV4',
}

/** The methods of a client with the credentials above. */
export function connectTo(baseUrl: string, config: Partial<B2BClientConfig> = {}): ConnectedApps {
  return new B2BClient({ ...credentials, baseUrl, ...config }).organizations.members.connectedApps
}

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('was not rejected')
    },
    (error: unknown) => error,
  )
}
