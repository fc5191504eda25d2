import type { Adapter, AdapterPayload } from 'oidc-provider'
import { Provider, errors } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import {
  deleteOidcSession,
  findOidcSession,
  findOidcSessionByUid,
  saveOidcSession,
} from './oidc-sessions.ts'
import { findClient } from './clients.ts'
import { endGrant, findGrant } from './grants.ts'
import type { TokenKind } from './tokens.ts'
import { consumeToken, deleteToken, endGrantOfToken, findToken, issueToken } from './tokens.ts'

type AdapterFactory = (name: string) => Adapter

/**
 * The storage of oidc-provider. Its protocol (find, then consume, then save) would have races; here
 * each step is one statement, which has no effect once the grant is revoked.
 */
export function createAdapter(database: Database, refreshReuseSeconds: number): AdapterFactory {
  return (name) => {
    switch (name) {
      case 'Client':
        return clientAdapter(database)
      case 'Grant':
        return grantAdapter(database)
      case 'AuthorizationCode':
      case 'AccessToken':
        return tokenAdapter(database, name, 0)
      case 'RefreshToken':
        return tokenAdapter(database, name, refreshReuseSeconds)
      default:
        return oidcSessionAdapter(database, name)
    }
  }
}

const findNothing = (): Promise<undefined> => Promise.resolve(undefined)

/** The methods of an adapter that oidc-provider does not call with this configuration. */
function unsupported(kind: string) {
  const reject = (what: string) => (): Promise<never> =>
    Promise.reject(new Error(`oidc-provider tried to ${what} a ${kind}`))
  return {
    findByUid: findNothing,
    findByUserCode: findNothing,
    upsert: reject('save'),
    consume: reject('consume'),
    destroy: reject('remove'),
    // Tokens end with their grant, which oidc-provider destroys in the same step.
    revokeByGrantId: findNothing,
  } satisfies Partial<Adapter>
}

function clientAdapter(database: Database): Adapter {
  return { ...unsupported('client'), find: (id) => findClient(database, id) }
}

/** Never saves a grant, since an upsert would reactivate one that has ended. Only a consent creates grants. */
function grantAdapter(database: Database): Adapter {
  return {
    ...unsupported('grant'),
    find: (id) => findGrant(database, id),
    destroy: (id) => endGrant(database, id),
  }
}

function tokenAdapter(database: Database, kind: TokenKind, reuseSeconds: number): Adapter {
  return {
    ...unsupported(kind),
    // A token that may be used again is unconsumed for the token endpoint alone, since oidc-provider
    // would end its grant there. For introspection it is inactive, as another one has replaced it.
    find: (value) =>
      findToken(database, kind, value, Provider.ctx?.oidc.route === 'token' ? reuseSeconds : 0),
    async upsert(value, { jti, grantId = '', ...payload }, expiresInSeconds) {
      const isIssued = await issueToken(database, {
        kind,
        value: jti ?? value,
        grantId,
        payload,
        expiresInSeconds,
      })
      if (isIssued) return
      if (kind === 'AuthorizationCode') throw new errors.AccessDenied('access was revoked')
      throw new errors.InvalidGrant('grant is not active')
    },
    async consume(value) {
      // What is issued in exchange is committed in the same transaction.
      await database.begin()
      if (await consumeToken(database, kind, value, reuseSeconds)) return
      // If the grant is still active, this is a replay, which ends it (RFC 9700, sections 2.1.1, 4.14.2).
      await database.rollback()
      await endGrantOfToken(database, kind, value)
      throw new errors.InvalidGrant('already used')
    },
    // A refresh token is destroyed when it is revoked or replayed, and both end its grant. If the
    // token were deleted first and the grant ended later, there would be a moment in which the
    // refresh token is inactive and the access token still active.
    destroy: (value) =>
      kind === 'RefreshToken'
        ? endGrantOfToken(database, kind, value)
        : deleteToken(database, kind, value),
  }
}

function oidcSessionAdapter(database: Database, kind: string): Adapter {
  return {
    ...unsupported(kind),
    find: (id) => findOidcSession(database, kind, id),
    findByUid: (uid) => findOidcSessionByUid(database, kind, uid),
    upsert: (id: string, payload: AdapterPayload, expiresInSeconds: number) =>
      saveOidcSession(database, kind, id, payload, expiresInSeconds),
    destroy: (id) => deleteOidcSession(database, kind, id),
  }
}
