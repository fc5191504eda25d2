import { useState } from 'react'
import type { ConnectedApp } from '../api.ts'

/** How many colors `screen.css` has for apps without a logo. */
const TINTS = 5

/** The app's logo; until it is loaded, and if it can't be, the initial of the app's name. */
export function AppLogo({ app }: { app: ConnectedApp }) {
  const [hasFailed, setHasFailed] = useState(false)
  const { logo_url: url } = app
  const initial = Array.from(app.name.trim())[0]?.toLocaleUpperCase() ?? '?'
  return (
    <span className="logo" data-tint={tintOf(app.connected_app_id)} aria-hidden="true">
      {initial}
      {isHttps(url) && !hasFailed && (
        <img
          src={url}
          alt=""
          width={44}
          height={44}
          loading="lazy"
          referrerPolicy="no-referrer" // an app's host needn't know who looks at the screen
          onError={() => setHasFailed(true)}
        />
      )}
    </span>
  )
}

function isHttps(url: string | undefined): url is string {
  return url !== undefined && URL.canParse(url) && new URL(url).protocol === 'https:'
}

/** The same app always has the same color. */
function tintOf(id: string): number {
  let sum = 0
  for (const character of id) sum += character.codePointAt(0) ?? 0
  return sum % TINTS
}
