import { html } from 'hono/html'
import type { Html } from './page.ts'
import { initialOf } from './page.ts'

/** The Connected App that sent a person to a page. */
export interface RequestingApp {
  name: string
  projectId: string
  /** Only of `https`. */
  logoUrl: string | undefined
  /** The host of its redirect URI. */
  returnsTo: string
}

/** The app's logo, or the initial of its name if there is no logo, or it can't be loaded. */
export function appLogo({ name, logoUrl }: RequestingApp): Html {
  const initial = initialOf(name)
  return html`<span class="logo" aria-hidden="true"
    >${
      logoUrl === undefined
        ? initial
        : html`<img
            src="${logoUrl}"
            alt=""
            width="56"
            height="56"
            referrerpolicy="no-referrer"
            data-initial="${initial}"
          />`
    }</span
  >`
}

/** The host of a redirect URI, in ASCII: letters that only look like those of another host are encoded. */
export function hostOf(redirectUri: string): string {
  return URL.parse(redirectUri)?.host ?? ''
}
