import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import {
  discardOidcSession,
  findOidcSession,
  findOidcSessionByUid,
  saveOidcSession,
} from './oidc-sessions.ts'
import { findClient } from './clients.ts'
import { endGrant, findGrant } from './grants.ts'
import type { TokenKind } from './tokens.ts'
import { consumeToken, discardToken, endGrantOfToken, findToken, issueToken } from './tokens.ts'

type AdapterFactory = (name: string) => Adapter

/**
 * oidc-provider's storage. Its own protocol of find, then consume, then save is open to races;
 * here each step is one statement that does nothing once the grant is dead.
 */
export function createAdapter(database: Database): AdapterFactory {
  return (name) => {
    switch (name) {
      case 'Client':
        return clientAdapter(database)
      case 'Grant':
        return grantAdapter(database)
      case 'AuthorizationCode':
      case 'AccessToken':
      case 'RefreshToken':
        return tokenAdapter(database, name)
      default:
        return oidcSessionAdapter(database, name)
    }
  }
}

const nothing = (): Promise<undefined> => Promise.resolve(undefined)

/** What oidc-provider may not do, or never does as it is configured here. */
function unused(kind: string) {
  const refuse = (what: string) => (): Promise<never> =>
    Promise.reject(new Error(`oidc-provider tried to ${what} a ${kind}`))
  return {
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: refuse('save'),
    consume: refuse('consume'),
    destroy: refuse('remove'),
    // Tokens die with their grant, which oidc-provider destroys in the same step.
    revokeByGrantId: nothing,
  } satisfies Partial<Adapter>
}

function clientAdapter(database: Database): Adapter {
  return { ...unused('client'), find: (id) => findClient(database, id) }
}

/** Saves none: an upsert would bring a grant that has ended back to life. Only a consent makes grants. */
function grantAdapter(database: Database): Adapter {
  return {
    ...unused('grant'),
    find: (id) => findGrant(database, id),
    destroy: (id) => endGrant(database, id),
  }
}

function tokenAdapter(database: Database, kind: TokenKind): Adapter {
  return {
    ...unused(kind),
    find: (value) => findToken(database, kind, value),
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
      throw new errors.InvalidGrant('grant is not alive')
    },
    async consume(value) {
      // What is issued in exchange is committed together with this, or not at all.
      await database.begin()
      if (await consumeToken(database, kind, value)) return
      // Someone else was faster: a replay, which ends the grant (RFC 9700, sections 2.1.1, 4.14.2).
      await database.rollback()
      await endGrantOfToken(database, kind, value)
      throw new errors.InvalidGrant('already used')
    },
    // A refresh token is destroyed when it is given back or replayed: both end its grant. Removing
    // it first, and the grant a moment later, would let others see the one without the other.
    destroy: (value) =>
      kind === 'RefreshToken'
        ? endGrantOfToken(database, kind, value)
        : discardToken(database, kind, value),
  }
}

function oidcSessionAdapter(database: Database, kind: string): Adapter {
  return {
    ...unused(kind),
    find: (id) => findOidcSession(database, kind, id),
    findByUid: (uid) => findOidcSessionByUid(database, kind, uid),
    upsert: (id: string, payload: AdapterPayload, expiresInSeconds: number) =>
      saveOidcSession(database, kind, id, payload, expiresInSeconds),
    destroy: (id) => discardOidcSession(database, kind, id),
  }
}
