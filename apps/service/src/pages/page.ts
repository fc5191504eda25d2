import { renderPage } from '@connected-apps/node-http/html-page'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** Escaped content of a page. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** What the service's pages have in addition to the look that all pages share. */
const style = `
.sheet {
  display: grid;
  gap: var(--space-6);
  max-width: 30rem;
  margin: var(--space-6) auto;
  padding: var(--space-10);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  box-shadow: var(--shadow);
}
.sheet h1 { font-size: 1.5rem; text-wrap: balance }
.sheet p { overflow-wrap: anywhere; text-wrap: pretty }
.sheet code { overflow-wrap: anywhere }
.heading { display: grid; gap: var(--space-2) }
.lead { font-size: var(--strong) }
.lead, .quiet { color: var(--text-quiet) }
.small, .small code { font-size: var(--small) }
.logo {
  position: relative;
  display: grid;
  place-items: center;
  width: 3.5rem;
  height: 3.5rem;
  margin-bottom: var(--space-2);
  overflow: hidden;
  border-radius: var(--radius);
  background: var(--surface-quiet);
  color: var(--focus);
  font-size: 1.5rem;
  font-weight: 600;
}
.logo img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover }
/* Only shown in place of an image that can't be loaded. */
.logo img::after {
  content: attr(data-initial);
  position: absolute;
  inset: 0;
  display: grid;
  place-items: center;
  background: var(--surface-quiet);
}
.scopes { display: grid; gap: var(--space-2); margin: var(--space-3) 0 0; padding: 0; list-style: none; font-size: var(--strong) }
.scopes li { display: grid; grid-template-columns: 1.75rem 1fr; overflow-wrap: anywhere }
.scopes li::before { content: '✓' / ''; color: var(--focus); font-weight: 600 }
ul:not(.scopes) { margin: var(--space-3) 0 0; padding-inline-start: 1.25rem }
.facts { margin: 0; border-block: 1px solid var(--line) }
.facts div {
  display: grid;
  grid-template-columns: 7rem 1fr;
  gap: var(--space-1) var(--space-3);
  align-items: center;
  min-height: 2.75rem;
  padding: var(--space-2) 0;
}
.facts div + div { border-top: 1px solid var(--line) }
.facts dt { color: var(--text-quiet) }
.facts dd { margin: 0; overflow-wrap: anywhere; font-weight: 550 }
.with-action { display: flex; gap: var(--space-3); align-items: center; justify-content: space-between }
.facts .button { min-height: 2rem; padding: 0 var(--space-3) }
.field { display: grid; gap: var(--space-2) }
.field label { font-weight: 600 }
.field input {
  width: 100%;
  min-height: 2.75rem;
  padding: 0 var(--space-3);
  border: 1px solid var(--text-quiet);
  border-radius: var(--radius-small);
  background: var(--page);
  color: var(--text);
  /* Below 16 pixels, phones zoom into a field. */
  font: inherit;
  font-size: 1rem;
}
.field input[aria-invalid] { border-color: var(--danger) }
.actions { display: flex; flex-direction: row-reverse; gap: var(--space-3) }
.actions .button { flex: 1; min-height: 2.75rem }
form { display: grid; gap: var(--space-4); margin: 0 }
@media (width < 36rem) {
  .sheet { gap: var(--space-4); margin: 0; padding: var(--space-6) var(--space-4) }
  .actions { flex-direction: column }
  .actions .button { flex: none }
  .facts div { grid-template-columns: 1fr }
  .facts .button { min-height: 2.75rem }
}
`

/** Renders a page with a single sheet in its middle, whose content has the page's only `h1`. */
export async function renderSheet(title: string, content: Html): Promise<string> {
  const sheet = await html`<div class="sheet">${content}</div>`
  return renderPage({ title, content: sheet.toString(), style })
}

/** Longer names are truncated, so that no name can push a page's buttons out of sight. */
const maxNameLength = 60

/**
 * A name on one line. Characters that reverse the text beside them are left out, since an app could
 * use them to disguise itself.
 */
export function plainName(name: string): string {
  const text = name
    .replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  const characters = graphemesOf(text)
  if (characters.length <= maxNameLength) return text
  return `${characters.slice(0, maxNameLength - 1).join('')}…`
}

/** The first letter of a name, for an app without a logo. */
export function initialOf(name: string): string {
  return graphemesOf(plainName(name))[0]?.toLocaleUpperCase('en') ?? '?'
}

function graphemesOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment)
}

/** A name in running text, whose writing direction has no effect on the text around it. */
export function nameOf(name: string): Html {
  return html`<bdi>${plainName(name)}</bdi>`
}
