import type { ServerResponse } from 'node:http'

/** A page without a script, so that its content security policy can forbid all scripts. */
export interface HtmlPage {
  title: string
  /** HTML, below the title. */
  content: string
  /** Rules in addition to those of every page. */
  style: string
}

/** Sends a page. */
export function sendPage(response: ServerResponse, page: HtmlPage): void {
  const html = toHtml(page)
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'cache-control': 'no-store',
  })
  response.end(html)
}

/** Sends nothing, in response to an icon or the like that a browser requests by itself. */
export function sendNoIcon(response: ServerResponse): void {
  response.writeHead(204, { 'cache-control': 'max-age=86400' }).end()
}

function toHtml({ title, content, style }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${commonStyle}${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>
`
}

/** Escapes text for an element or a quoted attribute. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const commonStyle = `
:root { color-scheme: light dark; --line: #8886; --shade: #8882 }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 72rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem }
pre, code { font-family: ui-monospace, monospace; font-size: .875rem }
pre { padding: .5rem .75rem; background: var(--shade); border-radius: .25rem; overflow-x: auto }
:focus-visible { outline: 3px solid #36c; outline-offset: 2px }
`
