/** What the scopes of OpenID Connect allow, in words. A team adds those of its own API. */
const DESCRIPTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    openid: 'Know who you are',
    profile: 'See your name and picture',
    email: 'See your email address',
    phone: 'See your phone number',
    address: 'See your postal address',
    offline_access: 'Stay connected while you’re away',
  }),
)

/** What an app may do, in words; a scope without a description is shown by its name. */
export function describeScopes(scopesGranted: string): string[] {
  const scopes = new Set(scopesGranted.split(' ').filter(Boolean))
  return Array.from(scopes, (scope) => DESCRIPTIONS.get(scope) ?? scope)
}
