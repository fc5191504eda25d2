import type { Call } from './call.ts'
import { curlSnippet } from './curl.ts'
import { clientSnippet, fetchSnippet, mswSnippet } from './typescript.ts'

/** The ways in which a call can be written down, by the name that a person sees. */
export const snippets = {
  curl: (call: Call) => `${curlSnippet(call, ' \\\n  ')}\n`,
  Client: clientSnippet,
  fetch: fetchSnippet,
  MSW: mswSnippet,
} as const

export type SnippetKind = keyof typeof snippets
