import type Provider from 'oidc-provider'
import { bucketPrefixOf } from '../bucket.ts'

/** What the models of oidc-provider have, although its types don't. */
interface TokenModel {
  prototype: Token
}

interface Token {
  grantId?: string
  generateTokenId: () => string
}

/**
 * Lets the values of codes and tokens begin with what the id of their grant begins with: its bucket.
 * oidc-provider has no setting for this. `test/buckets.test.ts` fails if it no longer calls this method.
 */
export function nameBuckets(provider: Provider): void {
  const { AuthorizationCode, AccessToken, RefreshToken } = provider
  for (const model of [AuthorizationCode, AccessToken, RefreshToken]) {
    const { prototype } = model as unknown as TokenModel // lib/models/base_model.js defines both
    const { generateTokenId } = prototype
    prototype.generateTokenId = function (this: Token) {
      return bucketPrefixOf(this.grantId ?? '') + generateTokenId.call(this)
    }
  }
}
