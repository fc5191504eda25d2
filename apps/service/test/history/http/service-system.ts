import { createHash, randomBytes } from 'node:crypto'
import type { ResponseBody } from '@connected-apps/contract'
import { expandPath } from '@connected-apps/contract'
import { revokeConnectedApp } from '@connected-apps/contract/operations/revoke-connected-app'
import { basic } from '../../support/operations.ts'
import { redirectUri } from '../../support/tenant.ts'
import type { AbortOptions, System, Tokens } from '../system.ts'
import { Browser } from './browser.ts'
import type { RawResponse } from './send.ts'
import { send } from './send.ts'

/** A Member and a Connected App of a running service, and the credentials of both. */
export interface AppAuthorization {
  /** URLs of the service's instances. Each request goes to any of them. */
  instances: string[]
  projectId: string
  projectSecret: string
  organizationId: string
  memberId: string
  /** The token of the Member's session, with which the browsers sign in. */
  sessionToken: string
  connectedAppId: string
  /** Undefined for a public client. */
  clientSecret?: string
  /** An API of the project. */
  resourceServer: { resourceServerId: string; secret: string }
}

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** The service, over HTTP. */
export class ServiceSystem implements System {
  readonly browsers = 3
  readonly rotatesRefreshTokens: boolean
  readonly isRefreshRepeatable: boolean
  readonly #authorization: AppAuthorization
  readonly #revokePath: string
  #browsers: Browser[] = []
  /** Those that were issued to this system, which the API introspects as well. */
  readonly #accessTokens = new Set<string>()

  constructor(authorization: AppAuthorization, isRefreshRepeatable = false) {
    this.#authorization = authorization
    this.isRefreshRepeatable = isRefreshRepeatable
    this.rotatesRefreshTokens = authorization.clientSecret === undefined
    this.#revokePath = expandPath(revokeConnectedApp, {
      organization_id: authorization.organizationId,
      member_id: authorization.memberId,
      connected_app_id: authorization.connectedAppId,
    })
  }

  /** Signs the Member in with each browser. */
  async signIn(): Promise<void> {
    this.#browsers = Array.from(
      { length: this.browsers },
      () => new Browser(() => this.#pickInstance()),
    )
    await Promise.all(this.#browsers.map((browser) => this.#signInWith(browser)))
  }

  async #signInWith(browser: Browser): Promise<void> {
    const page = pathOf(await browser.get(this.#authorizationPath()))
    const { sessionToken } = this.#authorization
    const signedIn = await browser.post(page, { decision: 'login', session_token: sessionToken })
    const resumed = await browser.get(pathOf(signedIn))
    if (!pathOf(resumed).startsWith('/interaction/')) throw unexpected('sign in', resumed)
  }

  async request(index: number) {
    const response = await this.#browser(index).get(this.#authorizationPath())
    const code = codeIn(response)
    if (code !== undefined) return { code }
    const page = pathOf(response)
    if (!page.startsWith('/interaction/')) return { page: undefined }
    return { page: (await this.reload(index, page)) ? page : undefined }
  }

  /** Completes an authorization flow with the first browser. */
  async authorize(): Promise<Tokens> {
    const code = await this.obtainCode()
    const tokens = await this.exchange(code)
    if (tokens === undefined) throw new Error('the code produced no tokens')
    return tokens
  }

  /** Completes an authorization flow, except for the exchange of the code. */
  async obtainCode(): Promise<string> {
    const response = await this.request(0)
    if ('code' in response) return response.code
    const code = response.page === undefined ? undefined : await this.approve(0, response.page)
    if (code === undefined) throw new Error('the authorization flow produced no code')
    return code
  }

  async reload(index: number, page: string): Promise<boolean> {
    const response = await this.#browser(index).get(page)
    if (response.status === 200) return true
    if (response.status === 409 || response.status === 400) return false
    throw unexpected('reload', response)
  }

  async approve(index: number, page: string): Promise<string | undefined> {
    const browser = this.#browser(index)
    const response = await browser.post(page, { decision: 'approve' })
    if (response.status === 409 || response.status === 400) return undefined
    return codeIn(await browser.get(pathOf(response)))
  }

  exchange(code: string, options?: AbortOptions): Promise<Tokens | undefined> {
    const form = { code, redirect_uri: redirectUri, code_verifier: verifier }
    return this.#requestTokens({ grant_type: 'authorization_code', ...form }, options)
  }

  refresh(refreshToken: string, options?: AbortOptions): Promise<Tokens | undefined> {
    return this.#requestTokens(
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      options,
    )
  }

  /** Introspects a token as the Connected App, or half of the time as the API if it may. */
  async introspect(token: string): Promise<boolean> {
    if (this.#accessTokens.has(token) && Math.random() < 0.5) return this.introspectAsApi(token)
    return isActive(await this.#post('/oauth2/introspect', { token }))
  }

  /** Introspects an access token with the credentials of a resource server. */
  async introspectAsApi(token: string): Promise<boolean> {
    const { resourceServerId, secret } = this.#authorization.resourceServer
    return isActive(
      await send(`${this.#pickInstance()}/oauth2/introspect`, {
        method: 'POST',
        headers: { authorization: basic(resourceServerId, secret) },
        form: { token },
      }),
    )
  }

  async revokeToken(token: string, kind: 'access_token' | 'refresh_token'): Promise<void> {
    const response = await this.#post('/oauth2/revoke', { token, token_type_hint: kind })
    if (response.status !== 200) throw unexpected('revoke a token', response)
  }

  /** @returns the request_id */
  async revoke(options?: AbortOptions): Promise<string> {
    const { projectId, projectSecret } = this.#authorization
    const response = await send(this.#pickInstance() + this.#revokePath, {
      method: revokeConnectedApp.method,
      headers: { authorization: basic(projectId, projectSecret) },
      ...options,
    })
    if (response.status !== 200) throw unexpected('revoke', response)
    return (JSON.parse(response.text) as ResponseBody<'revokeConnectedApp', 200>).request_id // checked by the contract tests
  }

  async #requestTokens(form: Record<string, string>, options?: AbortOptions) {
    const response = await this.#post('/oauth2/token', form, options)
    if (response.status === 200) {
      const body = JSON.parse(response.text) as { access_token: string; refresh_token: string } // RFC 6749
      this.#accessTokens.add(body.access_token)
      return { accessToken: body.access_token, refreshToken: body.refresh_token }
    }
    if (response.text.includes('"invalid_grant"')) return undefined
    throw unexpected('request tokens', response)
  }

  #post(path: string, form: Record<string, string>, options?: AbortOptions): Promise<RawResponse> {
    const { connectedAppId, clientSecret } = this.#authorization
    return send(this.#pickInstance() + path, {
      method: 'POST',
      ...(clientSecret === undefined
        ? { form: { ...form, client_id: connectedAppId } }
        : { form, headers: { authorization: basic(connectedAppId, clientSecret) } }),
      ...options,
    })
  }

  #authorizationPath(): string {
    const query = new URLSearchParams({
      client_id: this.#authorization.connectedAppId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    return `/oauth2/authorize?${query.toString()}`
  }

  #browser(index: number): Browser {
    const browser = this.#browsers[index]
    if (browser === undefined) throw new Error(`there is no browser ${index}`)
    return browser
  }

  #pickInstance(): string {
    const { instances } = this.#authorization
    return instances[Math.floor(Math.random() * instances.length)] ?? ''
  }
}

function isActive(introspection: RawResponse): boolean {
  if (introspection.status !== 200) throw unexpected('introspect', introspection)
  return (JSON.parse(introspection.text) as { active: boolean }).active // RFC 7662
}

/** The path that a response redirects to. The host is dropped, since any instance may be next. */
function pathOf(response: RawResponse): string {
  const { location } = response.headers
  if (location === undefined) throw unexpected('follow', response)
  const { pathname, search } = new URL(location, 'http://localhost')
  return pathname + search
}

function codeIn({ headers: { location } }: RawResponse): string | undefined {
  if (!location?.startsWith(redirectUri)) return undefined
  return new URL(location).searchParams.get('code') ?? undefined
}

/** A response that no design should send makes the test fail; it is not part of a history. */
function unexpected(what: string, { status, text }: RawResponse): Error {
  return new Error(`${what}: ${status} ${text.slice(0, 500)}`)
}
