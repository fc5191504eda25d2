import type { ServerResponse } from 'node:http'

/** Aborts when the caller goes away, and when it has its answer. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
