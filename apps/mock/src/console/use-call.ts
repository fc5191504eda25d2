import { useEffect, useRef, useState } from 'react'
import { baseUrlOf, credentials, requestOf } from '../snippets/call.ts'
import type { Call } from '../snippets/call.ts'

/** A response in the form in which it is shown. */
export interface ShownResponse {
  /** Counts the responses to a call. */
  number: number
  status: number
  headers: readonly (readonly [name: string, value: string])[]
  /** Indented if it is JSON. */
  body: string
  durationMs: number
  /** When `Retry-After` allows another request, if the response has it. */
  retry?: {
    /** In milliseconds since 1970. */
    at: number
    afterSeconds: number
  }
}

/** The progress of a call. */
export interface CallState {
  responses: readonly ShownResponse[]
  isPending: boolean
  /** Why the last request got no response. */
  failure?: string
}

/**
 * Sends a call repeatedly, one request at a time.
 *
 * @param resets a number that changes when the earlier responses are to be cleared
 */
export function useCall(
  resets: number,
): CallState & { send: (call: Call) => Promise<void>; cancel: () => void } {
  const [state, setState] = useState<CallState>({ responses: [], isPending: false })
  const controller = useRef<AbortController>(undefined)
  useEffect(() => () => controller.current?.abort(), [])
  // A pending request continues.
  useEffect(() => setState(({ isPending }) => ({ responses: [], isPending })), [resets])

  const send = async (call: Call): Promise<void> => {
    const current = new AbortController()
    controller.current = current
    setState(({ responses }) => ({ responses, isPending: true }))
    try {
      const response = await sendCall(call, current.signal)
      setState(({ responses }) => ({
        responses: [...responses, { number: responses.length + 1, ...response }],
        isPending: false,
      }))
    } catch {
      const failure = current.signal.aborted
        ? 'The request was cancelled.'
        : 'The mock did not respond. Is it still running?'
      setState(({ responses }) => ({ responses, isPending: false, failure }))
    }
  }
  return { ...state, send, cancel: () => controller.current?.abort() }
}

async function sendCall(call: Call, signal: AbortSignal): Promise<Omit<ShownResponse, 'number'>> {
  const { method, target, headers, body } = requestOf(call)
  const { project_id, secret } = credentials
  const started = performance.now()
  const response = await fetch(baseUrlOf(call) + target, {
    method,
    headers: { ...headers, Authorization: `Basic ${btoa(`${project_id}:${secret}`)}` },
    ...(body !== undefined && { body }),
    cache: 'no-store',
    signal,
  })
  const text = await response.text()
  const durationMs = Math.round(performance.now() - started)
  const afterSeconds = parseRetryAfter(response.headers.get('retry-after'))
  return {
    status: response.status,
    headers: shownHeaders(call, response.headers),
    body: prettify(text),
    durationMs,
    ...(afterSeconds !== undefined && {
      retry: { at: Date.now() + 1000 * afterSeconds, afterSeconds },
    }),
  }
}

/** The headers that mean something to a client, not those that every response over HTTP has. */
function shownHeaders({ operation }: Call, headers: Headers): [string, string][] {
  const declared = Object.values(operation.responseHeaders).flatMap((each) => Object.keys(each))
  return [...new Set(['Content-Type', ...declared])].flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = /^\d+$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - Date.now()) / 1000)
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

function prettify(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}
