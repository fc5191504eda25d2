import { readFileSync } from 'node:fs'

/** The stylesheet of every page: colors (light and dark), typography, spacing, buttons, notices. */
const theme = readFileSync(new URL('../theme.css', import.meta.url), 'utf8')

/** A page without a script, so that its content security policy can forbid all scripts. */
export interface HtmlPage {
  title: string
  /** The HTML inside `<main>`, including an `<h1>`. */
  content: string
  /** CSS rules in addition to those of every page. */
  style?: string
  /** The content security policy, for a page that is opened as a file; otherwise a server sends it. */
  policy?: string
}

/** Renders a self-contained page, with its stylesheet inlined. */
export function renderPage({ title, content, style = '', policy }: HtmlPage): string {
  const meta =
    policy === undefined
      ? ''
      : `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${meta}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${theme}${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

/** Escapes text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
