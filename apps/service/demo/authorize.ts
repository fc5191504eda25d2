import * as openid from 'openid-client'
import { demo, demoCallbackPath } from './project.ts'

/** The tokens of a completed authorization flow. */
export interface DemoTokens {
  accessToken: string
  refreshToken: string
}

/** Completes an authorization flow over HTTP, acting as the browser and as the Connected App. */
export async function authorizeDemo(origin: string): Promise<DemoTokens> {
  const config = await openid.discovery(
    new URL(origin),
    demo.connectedAppId,
    undefined,
    openid.None(),
    { execute: [openid.allowInsecureRequests] },
  )
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: origin + demoCallbackPath,
    scope: 'openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await decideConsent(url.href, origin, 'approve')
  const tokens = await openid.authorizationCodeGrant(config, new URL(callback), {
    pkceCodeVerifier,
  })
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '' }
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

/** As much of a browser as the flow needs: it keeps cookies, and follows redirects up to `end`. */
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
