import * as openid from 'openid-client'
import { CookieJar } from './cookie-jar.ts'
import { redirectUri } from './tenant.ts'

/** Discovers the service's endpoints as a Connected App does; without a secret, as a public client. */
export function discover(url: string, clientId: string, clientSecret?: string) {
  return openid.discovery(
    new URL(url),
    clientId,
    undefined,
    clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret),
    { execute: [openid.allowInsecureRequests] },
  )
}

/** The parts of a browser that the tests need: it follows redirects and keeps cookies. */
export class Browser {
  readonly cookies = new CookieJar()
  /** The URL of the page that it shows. */
  url = ''
  status = 0
  text = ''
  headers: Response['headers'] = new Headers()

  /** Follows redirects until there is a page, or a redirect to another site. */
  async open(
    url: string,
    form?: Record<string, string>,
    origin = new URL(url).origin,
  ): Promise<string> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: this.cookies.for(new URL(url).pathname), origin },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    this.cookies.keep(response.headers.getSetCookie())
    const location = response.headers.get('location')
    this.text = await response.text()
    this.status = response.status
    this.headers = response.headers
    this.url = url
    if (location === null) return url
    const next = new URL(location, url).href
    if (new URL(next).origin !== new URL(url).origin) return (this.url = next)
    return this.open(next)
  }

  /** Submits the form of the page that it shows. */
  submit(fields: Record<string, string>): Promise<string> {
    return this.open(this.url, fields)
  }
}

/** An authorization flow whose consent is pending. */
export interface Flow {
  browser: Browser
  verifier: string
  state: string
}

/** Starts an authorization flow, and signs in if necessary, so that the browser shows the consent page. */
export async function openConsentPage(
  config: openid.Configuration,
  sessionToken: string,
  browser = new Browser(),
): Promise<Flow> {
  const verifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  })
  await browser.open(url.href)
  if (browser.text.includes('session_token')) {
    await browser.submit({ session_token: sessionToken })
  }
  return { browser, verifier, state }
}

/** Approves the consent page. @returns the Connected App's callback URL, with the code */
export function approve({ browser }: Flow): Promise<string> {
  return browser.submit({ decision: 'approve' })
}

/** Exchanges the code for tokens. */
export function exchange(config: openid.Configuration, flow: Flow, callback: string) {
  return openid.authorizationCodeGrant(config, new URL(callback), {
    pkceCodeVerifier: flow.verifier,
    expectedState: flow.state,
  })
}

/** Completes an authorization flow. */
export async function authorize(config: openid.Configuration, sessionToken: string) {
  const flow = await openConsentPage(config, sessionToken)
  return exchange(config, flow, await approve(flow))
}

/** Whether a token is active according to its introspection. */
export async function isActive(config: openid.Configuration, token: string): Promise<boolean> {
  return (await openid.tokenIntrospection(config, token)).active
}
