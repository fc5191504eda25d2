import type Provider from 'oidc-provider'
import { bucketPrefixOf } from '../bucket.ts'

/** A part of oidc-provider's models that its types lack. */
interface TokenModel {
  prototype: Token
}

interface Token {
  grantId?: string
  generateTokenId: () => string
}

/**
 * Makes the values of codes and tokens begin with the bucket with which the id of their grant begins.
 * oidc-provider has no setting for this. `test/buckets.test.ts` fails if it no longer calls this method.
 */
export function prefixBuckets(provider: Provider): void {
  const { AuthorizationCode, AccessToken, RefreshToken } = provider
  for (const model of [AuthorizationCode, AccessToken, RefreshToken]) {
    const { prototype } = model as unknown as TokenModel // lib/models/base_model.js defines both
    const { generateTokenId } = prototype
    prototype.generateTokenId = function (this: Token) {
      return bucketPrefixOf(this.grantId ?? '') + generateTokenId.call(this)
    }
  }
}
