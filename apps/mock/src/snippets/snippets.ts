import type { Call } from './call.ts'
import { curlSnippet } from './curl.ts'
import { clientSnippet, fetchSnippet, mswSnippet } from './typescript.ts'

/** The code of a call in each language, by the label of its tab. */
export const snippets = {
  curl: (call: Call) => `${curlSnippet(call, ' \\\n  ')}\n`,
  Client: clientSnippet,
  fetch: fetchSnippet,
  MSW: mswSnippet,
} as const

export type SnippetKind = keyof typeof snippets
