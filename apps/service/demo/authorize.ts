import * as openid from 'openid-client'
import { demo, demoCallbackPath } from './project.ts'

/** The tokens of a completed authorization flow. */
export interface DemoTokens {
  accessToken: string
  refreshToken: string
}

/** Completes an authorization flow over HTTP, acting as the browser and as the Connected App. */
export async function authorizeDemo(origin: string): Promise<DemoTokens> {
  const { url, verifier } = await requestAuthorization(origin)
  return exchangeCode(origin, await decideConsent(url, origin, 'approve'), verifier)
}

/** @returns the URL to which the Connected App redirects a browser, and the verifier that it keeps */
export async function requestAuthorization(
  origin: string,
): Promise<{ url: string; verifier: string }> {
  const verifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(await discover(origin), {
    redirect_uri: origin + demoCallbackPath,
    scope: 'openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { url: url.href, verifier }
}

/** @param callback the URL that the browser was redirected to */
export async function exchangeCode(
  origin: string,
  callback: string,
  pkceCodeVerifier: string,
): Promise<DemoTokens> {
  const tokens = await openid.authorizationCodeGrant(await discover(origin), new URL(callback), {
    pkceCodeVerifier,
  })
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '' }
}

function discover(origin: string): Promise<openid.Configuration> {
  return openid.discovery(new URL(origin), demo.connectedAppId, undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
  })
}

/**
 * Opens an authorization URL, signs the Member in, and decides on the consent page.
 *
 * @returns the URL of the Connected App that the browser is redirected to
 */
export async function decideConsent(
  url: string,
  origin: string,
  decision: 'approve' | 'deny',
): Promise<string> {
  const browser = createBrowser(origin + demoCallbackPath)
  const login = await browser(url)
  const consent = await browser(login, { session_token: demo.sessionToken })
  return browser(consent, { decision })
}

/** The parts of a browser that the flow needs: it keeps cookies, and follows redirects up to `end`. */
function createBrowser(end: string) {
  const cookies = new Map<string, string>()
  return async function open(url: string, form?: Record<string, string>): Promise<string> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies.values()].join('; ') },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    await response.body?.cancel()
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1)
      cookies.set(pair.slice(0, pair.indexOf('=')), pair)
    }
    const location = response.headers.get('location')
    if (location === null) return url
    const next = new URL(location, url).href
    return next.startsWith(end) ? next : open(next)
  }
}
