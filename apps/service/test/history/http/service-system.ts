import { createHash, randomBytes } from 'node:crypto'
import type { ResponseBody } from '@connected-apps/contract'
import { expandPath, operation } from '@connected-apps/contract'
import { basic } from '../../support/revoke.ts'
import { redirectUri } from '../../support/tenant.ts'
import type { Patience, System, Tokens } from '../system.ts'
import { Browser } from './browser.ts'
import type { WireResponse } from './send.ts'
import { send } from './send.ts'

/** A Member and a Connected App of a running service. */
export interface Connection {
  /** Instances of the service; each request goes to any of them. */
  instances: string[]
  projectId: string
  projectSecret: string
  organizationId: string
  memberId: string
  /** Of the Member's own session, with which the browsers sign in. */
  sessionToken: string
  connectedAppId: string
  /** Absent for a public client. */
  clientSecret?: string
}

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** The service, over HTTP. */
export class ServiceSystem implements System {
  readonly browsers = 3
  readonly rotatesRefreshTokens: boolean
  readonly #connection: Connection
  readonly #revokePath: string
  #browsers: Browser[] = []

  constructor(connection: Connection) {
    this.#connection = connection
    this.rotatesRefreshTokens = connection.clientSecret === undefined
    this.#revokePath = expandPath({
      organization_id: connection.organizationId,
      member_id: connection.memberId,
      connected_app_id: connection.connectedAppId,
    })
  }

  /** Signs the Member in, in each browser. */
  async signIn(): Promise<void> {
    this.#browsers = Array.from(
      { length: this.browsers },
      () => new Browser(() => this.#pickInstance()),
    )
    await Promise.all(this.#browsers.map((browser) => this.#signInWith(browser)))
  }

  async #signInWith(browser: Browser): Promise<void> {
    const page = pathOf(await browser.get(this.#authorizationPath()))
    const { sessionToken } = this.#connection
    const signedIn = await browser.post(page, { decision: 'login', session_token: sessionToken })
    const resumed = await browser.get(pathOf(signedIn))
    if (!pathOf(resumed).startsWith('/interaction/')) throw unexpected('sign in', resumed)
  }

  async request(index: number) {
    const answer = await this.#browser(index).get(this.#authorizationPath())
    const code = codeIn(answer)
    if (code !== undefined) return { code }
    const page = pathOf(answer)
    if (!page.startsWith('/interaction/')) return { page: undefined }
    return { page: (await this.look(index, page)) ? page : undefined }
  }

  /** A whole authorization flow, in the first browser. */
  async authorize(): Promise<Tokens> {
    const code = await this.obtainCode()
    const tokens = await this.exchange(code)
    if (tokens === undefined) throw new Error('the code brought no tokens')
    return tokens
  }

  /** An authorization flow, but for the exchange of its code. */
  async obtainCode(): Promise<string> {
    const answer = await this.request(0)
    if ('code' in answer) return answer.code
    const code = answer.page === undefined ? undefined : await this.approve(0, answer.page)
    if (code === undefined) throw new Error('the authorization flow brought no code')
    return code
  }

  async look(index: number, page: string): Promise<boolean> {
    const answer = await this.#browser(index).get(page)
    if (answer.status === 200) return true
    if (answer.status === 409 || answer.status === 400) return false
    throw unexpected('look', answer)
  }

  async approve(index: number, page: string): Promise<string | undefined> {
    const browser = this.#browser(index)
    const answer = await browser.post(page, { decision: 'approve' })
    if (answer.status === 409 || answer.status === 400) return undefined
    return codeIn(await browser.get(pathOf(answer)))
  }

  exchange(code: string, patience?: Patience): Promise<Tokens | undefined> {
    const form = { code, redirect_uri: redirectUri, code_verifier: verifier }
    return this.#askForTokens({ grant_type: 'authorization_code', ...form }, patience)
  }

  refresh(refreshToken: string, patience?: Patience): Promise<Tokens | undefined> {
    return this.#askForTokens(
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      patience,
    )
  }

  async introspect(token: string): Promise<boolean> {
    const answer = await this.#post('/oauth2/introspect', { token })
    if (answer.status !== 200) throw unexpected('introspect', answer)
    return (JSON.parse(answer.text) as { active: boolean }).active // RFC 7662
  }

  async giveBack(token: string, kind: 'access_token' | 'refresh_token'): Promise<void> {
    const answer = await this.#post('/oauth2/revoke', { token, token_type_hint: kind })
    if (answer.status !== 200) throw unexpected('give back', answer)
  }

  /** @returns the request_id */
  async revoke(patience?: Patience): Promise<string> {
    const { projectId, projectSecret } = this.#connection
    const answer = await send(this.#pickInstance() + this.#revokePath, {
      method: operation.method,
      headers: { authorization: basic(projectId, projectSecret) },
      ...patience,
    })
    if (answer.status !== 200) throw unexpected('revoke', answer)
    return (JSON.parse(answer.text) as ResponseBody<200>).request_id // checked by the contract tests
  }

  async #askForTokens(form: Record<string, string>, patience?: Patience) {
    const answer = await this.#post('/oauth2/token', form, patience)
    if (answer.status === 200) {
      const body = JSON.parse(answer.text) as { access_token: string; refresh_token: string } // RFC 6749
      return { accessToken: body.access_token, refreshToken: body.refresh_token }
    }
    if (answer.text.includes('"invalid_grant"')) return undefined
    throw unexpected('ask for tokens', answer)
  }

  #post(path: string, form: Record<string, string>, patience?: Patience): Promise<WireResponse> {
    const { connectedAppId, clientSecret } = this.#connection
    return send(this.#pickInstance() + path, {
      method: 'POST',
      ...(clientSecret === undefined
        ? { form: { ...form, client_id: connectedAppId } }
        : { form, headers: { authorization: basic(connectedAppId, clientSecret) } }),
      ...patience,
    })
  }

  #authorizationPath(): string {
    const query = new URLSearchParams({
      client_id: this.#connection.connectedAppId,
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
    const { instances } = this.#connection
    return instances[Math.floor(Math.random() * instances.length)] ?? ''
  }
}

/** Where an answer leads, without the host: that is for the instance to be picked. */
function pathOf(answer: WireResponse): string {
  const { location } = answer.headers
  if (location === undefined) throw unexpected('follow', answer)
  const { pathname, search } = new URL(location, 'http://localhost')
  return pathname + search
}

function codeIn({ headers: { location } }: WireResponse): string | undefined {
  if (!location?.startsWith(redirectUri)) return undefined
  return new URL(location).searchParams.get('code') ?? undefined
}

/** An answer that no design should give is a failure of the test, not a history. */
function unexpected(what: string, { status, text }: WireResponse): Error {
  return new Error(`${what}: ${status} ${text.slice(0, 500)}`)
}
