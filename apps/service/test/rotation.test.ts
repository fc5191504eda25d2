import { operations } from '@connected-apps/contract/operations'
import type { JSONWebKeySet, JWK } from 'jose'
import { calculateJwkThumbprint, createLocalJWKSet, errors, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadServerKeys } from '../src/oauth/server-keys.ts'
import { Database } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { replaceSessionKeys } from '../src/provision/resources.ts'
import { replaceKeys, rotateKeys } from '../src/provision/rotate-keys.ts'
import type { SecretOwner } from '../src/provision/rotate-secret.ts'
import {
  cancelSecretRotation,
  finishSecretRotation,
  startSecretRotation,
} from '../src/provision/rotate-secret.ts'
import type { Service } from '../src/service.ts'
import { Browser, approve, exchange, openConsentPage } from './support/connected-app.ts'
import { useDatabase } from './support/database.ts'
import { basic, send, withJwt } from './support/operations.ts'
import { startInstance, useService } from './support/service.ts'
import { generateSessionKeys, sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import { addTenant, redirectUri } from './support/tenant.ts'

const rateLimit = { requests: 1_000_000, windowSeconds: 1 }
const test = useService({ keyReloadIntervalMs: 20, rateLimit })
const others: Service[] = []
const polling = { timeout: 20_000 }

/** Starts another instance, which loads the keys only when it starts. */
async function startStaleInstance(): Promise<Service> {
  const options = { publicUrl: test.service.url, keyReloadIntervalMs: 1e9, rateLimit }
  const service = await startInstance(test.database.url, options)
  others.push(service)
  return service
}

afterAll(async () => {
  await Promise.all(others.map((each) => each.close()))
})

describe('rotating the keys that sign ID tokens and cookies', () => {
  /** This one is used all the time, at all instances, and that one only before and after. */
  const browser = new Browser()
  const idleBrowser = new Browser()
  let cachedKeys: JSONWebKeySet
  let oldToken: string
  let unaware: Service

  beforeAll(async () => {
    unaware = await startStaleInstance()
    await signIn(idleBrowser)
    oldToken = await signIn(browser)
    cachedKeys = await publishedKeys()
  })

  it('begins with a key whose id is its thumbprint (RFC 7638)', async () => {
    const [key = {}, ...more] = cachedKeys.keys
    expect(more).toEqual([])
    expect(key).toHaveProperty('kid', await calculateJwkThumbprint(key))
  })

  it('publishes the new keys first, and signs nothing with them', async () => {
    const signsFrom = await rotateKeys(test.database.pool)
    expect(signsFrom.getTime()).toBeGreaterThan(Date.now() + 14 * 60_000)
    await expect.poll(publishedKeys, polling).toHaveProperty('keys.length', 2)
    expect(await isSignedBy(cachedKeys, await signIn())).toBe(true)
    await expectBothToAccept(unaware)
  })

  it('is rejected while the new keys do not sign yet', async () => {
    await expect(rotateKeys(test.database.pool)).rejects.toThrow(
      /^a rotation has started already; its keys sign from 2.*Z, so wait until then$/,
    )
  })

  it('signs with the new keys later, and accepts what the old ones signed', async () => {
    const stale = await startStaleInstance()
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    await test.database.pool.query('UPDATE server_keys SET signs_from = now() WHERE generation = 2')
    await expect.poll(async () => isSignedBy(cachedKeys, await signIn()), polling).toBe(false)
    const keys = await publishedKeys()
    expect(await isSignedBy(keys, await signIn())).toBe(true)
    expect(await isSignedBy(keys, oldToken)).toBe(true)
    await expectBothToAccept(stale)
    expect(await exchange(config, flow, await approve(flow))).toHaveProperty('id_token')
    expect(await openSilently(test.service, idleBrowser)).toBe('signed in')
  })

  it('removes keys that have leaked at once, with all that they signed', async () => {
    await replaceKeys(test.database.pool)
    await expect.poll(publishedKeys, polling).toHaveProperty('keys.length', 1)
    const keys = await publishedKeys()
    expect(await isSignedBy(keys, await signIn())).toBe(true)
    expect(await isSignedBy(keys, oldToken)).toBe(false)
    expect(await openSilently(test.service, idleBrowser)).toBe('login_required')
  })

  /** Signs in and allows the app. @returns the ID token */
  async function signIn(signedIn = new Browser()): Promise<string> {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token, signedIn)
    return String((await exchange(config, flow, await approve(flow))).id_token)
  }

  async function publishedKeys(): Promise<JSONWebKeySet> {
    const response = await fetch(`${test.service.url}/oauth2/jwks`)
    return (await response.json()) as JSONWebKeySet // RFC 8414
  }

  async function isSignedBy(keys: JSONWebKeySet, token: string): Promise<boolean> {
    try {
      await jwtVerify(token, createLocalJWKSet(keys), { issuer: test.service.url })
      return true
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return false
      throw error
    }
  }

  /** Each instance gets cookies that the other one has signed last. */
  async function expectBothToAccept(other: Service): Promise<void> {
    const outcomes: string[] = []
    for (const instance of [test.service, other, test.service, other]) {
      outcomes.push(await openSilently(instance, browser))
    }
    expect(outcomes).toEqual(outcomes.map(() => 'signed in'))
  }
})

/** Opens an authorization URL that shows no page. @returns whether the browser is signed in */
async function openSilently({ url }: Service, { cookies }: Browser): Promise<string> {
  const verifier = openid.randomPKCECodeVerifier()
  const target = openid.buildAuthorizationUrl(await test.asPublicApp(), {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    prompt: 'none',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const response = await fetch(url + target.pathname + target.search, {
    redirect: 'manual',
    headers: { cookie: cookies.for(target.pathname) },
  })
  cookies.keep(response.headers.getSetCookie())
  const { searchParams } = new URL(response.headers.get('location') ?? '', url)
  return searchParams.has('code') ? 'signed in' : String(searchParams.get('error'))
}

describe('the first keys', () => {
  const empty = useDatabase()

  it('are the same for all instances that start at the same time', async () => {
    const { url } = empty.database
    await migrate({ databaseUrl: url })
    const instances = Array.from(
      { length: 4 },
      () => new Database({ url, poolSize: 1, onError: () => undefined }),
    )
    const [keys, ...rest] = await Promise.all(instances.map((each) => loadServerKeys(each)))
    await Promise.all(instances.map((each) => each.close()))
    expect(keys).toHaveLength(1)
    expect(rest).toEqual(rest.map(() => keys))
  })
})

describe.each([
  {
    type: 'project' as const,
    id: () => test.tenant.projectId,
    first: () => test.tenant.secret,
    request: ({ url }: Service, headers: Record<string, string>) =>
      send(operations.getMemberConnectedApps, url, test.tenant, { headers }),
  },
  {
    type: 'connected_app' as const,
    id: () => test.tenant.confidentialAppId,
    first: () => test.tenant.clientSecret,
    request: ({ url }: Service, headers: Record<string, string>) =>
      postToken(`${url}/oauth2/revoke`, headers),
  },
  {
    type: 'resource_server' as const,
    id: () => test.tenant.resourceServer.resourceServerId,
    first: () => test.tenant.resourceServer.secret,
    request: ({ url }: Service, headers: Record<string, string>) =>
      postToken(`${url}/oauth2/introspect`, headers),
  },
])('rotating the secret of a $type', ({ type, id, first, request }) => {
  let instances: Service[]
  let owner: SecretOwner

  beforeAll(async () => {
    instances = [test.service, others[0] ?? (await startStaleInstance())]
    owner = { type, id: id() }
  })

  const statuses = async (secret: string): Promise<number[]> => {
    const headers = { authorization: basic(owner.id, secret) }
    const responses = await Promise.all(instances.map((each) => request(each, headers)))
    await Promise.all(responses.map((each) => each.text()))
    return responses.map(({ status }) => status)
  }

  it('never rejects a client that changes from the old one to the new one', async () => {
    const { pool } = test.database
    let secret = first()
    const done = new AbortController()
    const seen = new Map<string, number[]>()
    const client = async (): Promise<void> => {
      while (!done.signal.aborted) {
        const used = secret
        seen.set(used, [...(seen.get(used) ?? []), ...(await statuses(used))])
      }
    }
    const running = client()
    const used = (value: string) => expect.poll(() => seen.get(value)?.length ?? 0, polling)
    await used(secret).toBeGreaterThan(8)
    const next = await startSecretRotation(pool, owner)
    expect(await statuses(secret)).toEqual([200, 200])
    secret = next
    await used(next).toBeGreaterThan(8)
    await finishSecretRotation(pool, owner)
    const before = seen.get(next)?.length ?? 0
    await used(next).toBeGreaterThan(before + 8)
    done.abort()
    await running
    expect(new Set([...seen.values()].flat())).toEqual(new Set([200]))
    expect(await statuses(first())).toEqual([401, 401])

    const canceled = await startSecretRotation(pool, owner)
    expect(await statuses(canceled)).toEqual([200, 200])
    await cancelSecretRotation(pool, owner)
    expect(await statuses(canceled)).toEqual([401, 401])
    expect(await statuses(next)).toEqual([200, 200])
  })
})

describe('rotating a secret', () => {
  it.each<[string, () => SecretOwner, typeof cancelSecretRotation, string]>([
    [
      'whose rotation has started',
      () => ({ type: 'connected_app', id: test.tenant.confidentialAppId }),
      async (pool, owner) => {
        await startSecretRotation(pool, owner)
        await startSecretRotation(pool, owner).finally(() => cancelSecretRotation(pool, owner))
      },
      ' has started already; finish or cancel it first',
    ],
    [
      'whose rotation has not started, finish',
      () => ({ type: 'project', id: test.tenant.projectId }),
      finishSecretRotation,
      ' has started; start one first',
    ],
    [
      'of a public client',
      () => ({ type: 'connected_app', id: test.tenant.publicAppId }),
      async (pool, owner) => void (await startSecretRotation(pool, owner)),
      ' is a public client, which has no secret',
    ],
    [
      'of an unknown owner, cancel',
      () => ({ type: 'resource_server', id: 'nobody' }),
      cancelSecretRotation,
      'there is no resource server nobody',
    ],
  ])('%s is rejected', async (_, ownerOf, rotate, message) => {
    await expect(rotate(test.database.pool, ownerOf())).rejects.toThrow(message)
  })
})

describe('rotating the keys of session JWTs', () => {
  it('accepts both while both are in the set, from the next request on', async () => {
    const { database, service } = test
    const tenant = await addTenant(database.pool)
    const { projectId, sessionKeys: old } = tenant
    const next = await generateSessionKeys('jwk-test-2')
    const replace = (...keys: JWK[]) => replaceSessionKeys(database.pool, projectId, { keys })
    const outcomes = async (): Promise<number[]> => {
      const signed = [old, next].map((keys) => signSessionJwt(sessionClaims(tenant), keys))
      const sent = (await Promise.all(signed)).map((jwt) => {
        const headers = withJwt(operations.getMemberConnectedApps, jwt)
        return send(operations.getMemberConnectedApps, service.url, tenant, { headers })
      })
      return (await Promise.all(sent)).map(({ status }) => status)
    }
    expect(await outcomes()).toEqual([200, 400])
    await replace(...old.publicKeys.keys, ...next.publicKeys.keys)
    expect(await outcomes()).toEqual([200, 200])
    await replace(...next.publicKeys.keys)
    expect(await outcomes()).toEqual([400, 200])
  })
})

/** Sends a token that does not exist. */
function postToken(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams({ token: 'none' }) })
}
