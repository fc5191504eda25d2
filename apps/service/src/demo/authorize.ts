import * as openid from 'openid-client'
import { demo, demoCallbackPath } from './project.ts'

/** The tokens of a completed authorization flow. */
export interface DemoTokens {
  accessToken: string
  refreshToken: string
}

/** Completes a real authorization flow over HTTP, in the parts of browser and Connected App. */
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
  const browser = createBrowser(origin + demoCallbackPath)
  const login = await browser(url.href)
  const consent = await browser(login, { session_token: demo.sessionToken })
  const callback = await browser(consent, { decision: 'approve' })
  const tokens = await openid.authorizationCodeGrant(config, new URL(callback), {
    pkceCodeVerifier,
  })
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? '' }
}

/** As much of a browser as the flow needs: it keeps cookies, and follows redirects to `end`. */
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
