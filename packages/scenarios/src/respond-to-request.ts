import type { ScenarioEngine } from './engine.ts'

/**
 * Responds to a `Request` with a `Response` (Fetch standard), after the delay of the response.
 *
 * @param url the URL of the request: absolute, or path and query
 * @throws the reason of the signal if it aborts before the response
 */
export async function respondToRequest(
  engine: ScenarioEngine,
  request: Request,
  url: string,
  signal: AbortSignal,
): Promise<Response> {
  signal.throwIfAborted()
  const { method, headers } = request
  const body = new Uint8Array(await request.arrayBuffer())
  const response = await engine.respond({ method, url, headers, body }, { signal })
  return new Response(method === 'HEAD' ? null : JSON.stringify(response.body), response)
}
