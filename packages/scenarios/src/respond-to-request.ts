import type { ScenarioEngine } from './engine.ts'

/**
 * The response to a request of the Fetch standard, after its delay.
 *
 * @param url of the request; an absolute URL, or path and query
 * @throws the signal's reason, when it is aborted before the response
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
