import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** A request with its target split into path and query, and the response to it. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: URLSearchParams
}

/** The prefix of the paths that belong to the mock and the proxy rather than to the contract. */
export const controlPrefix = '/__mock'

/** Whether a path belongs to the mock or the proxy rather than to the contract. */
export function isControlPath(path: string): boolean {
  return path === controlPrefix || path.startsWith(`${controlPrefix}/`)
}

/**
 * Splits a request target (RFC 9112 section 3.2) into path and query. Unlike `new URL()` it keeps
 * dot segments such as `..`, so that the contract's patterns can reject them.
 */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const [beforeFragment = ''] = originForm(target).split('#', 1)
  const [path = ''] = beforeFragment.split('?', 1)
  return { path, query: new URLSearchParams(beforeFragment.slice(path.length)) }
}

/** A request target without scheme and authority. */
export function originForm(target: string): string {
  const form = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  return form.startsWith('/') || form.startsWith('*') ? form : `/${form}`
}

/** A signal that aborts when the response is closed: sent, or its client disconnected. */
export function abortOnClose(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

/** Sleeps, and resolves early to false when the signal aborts first. */
export async function sleep(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    return await setTimeout(seconds * 1000, true, { signal })
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
