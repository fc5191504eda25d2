import { interactionPolicy } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import { findSignedInMember } from './members.ts'

const { Check, base } = interactionPolicy

/**
 * When a browser is asked to sign in: besides oidc-provider's own reasons, once the Member that it
 * signed in as has no live session any more, or belongs to another project than who asks.
 */
export function signInPolicy(database: Database): interactionPolicy.DefaultPolicy {
  const policy = base()
  const isSignedOut = new Check(
    'no_live_session',
    'The Member has no live session',
    'login_required',
    async ({ oidc: { session, client } }) => {
      // Not signed in at all: oidc-provider asks by itself.
      if (session?.accountId === undefined || client === undefined) return false
      const member = await findSignedInMember(database, session.accountId, client.clientId)
      return member === undefined
    },
  )
  policy.get('login')?.checks.add(isSignedOut)
  return policy
}
