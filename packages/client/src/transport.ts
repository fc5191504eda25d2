import type { ClientOperation } from '@connected-apps/contract'
import createClient from 'openapi-fetch'
import type { ResolvedConfig } from './config.ts'
import type { ResolvedCall } from './options.ts'

/** The maximum size of a response body. Those of the contract are far smaller. */
export const MAX_BODY_BYTES = 1_048_576

/** A response with its body, before it is parsed. */
export interface RawResponse {
  response: Pick<Response, 'status' | 'redirected' | 'headers'>
  /** Undefined if the body exceeds {@link MAX_BODY_BYTES}. */
  text: string | undefined
}

/** Sends one request and reads the response to its end. */
export type Send = (
  operation: ClientOperation,
  call: ResolvedCall,
  signal: AbortSignal,
) => Promise<RawResponse>

/** What openapi-fetch has to know of an operation's types. The methods of the client are typed already. */
interface AnyOperation {
  parameters: object
  requestBody?: { content: { 'application/json': string } }
  responses: object
}

/**
 * Builds each request with openapi-fetch. Responses are read here instead, because openapi-fetch
 * reads bodies without a size limit and loses those that are empty or not JSON.
 */
export function createTransport({
  baseUrl,
  credentials,
  fetch: customFetch,
}: ResolvedConfig): Send {
  const api = createClient<Record<string, Record<'get', AnyOperation>>>({
    Request: RequestArgs as unknown as typeof Request, // openapi-fetch only constructs it
    bodySerializer: (body) => body, // it is a string already
  })
  return async ({ method, path, requestBody }, { path: values, query, ...call }, signal) => {
    let raw: unknown
    // The cast is safe: AnyOperation describes an operation of any method.
    await api.request(method as 'get', path, {
      baseUrl,
      params: { path: values, query, header: { ...call.headers, ...call.session } },
      headers: {
        Authorization: `Basic ${credentials}`,
        'Content-Type': requestBody?.mediaType,
      },
      body: call.body,
      redirect: 'manual',
      signal,
      fetch: async (request) => {
        const args = request as unknown as ReturnType<typeof RequestArgs> // constructed as one
        // The global fetch is looked up for each request, so that a later replacement is used.
        const response = await (customFetch ? customFetch(new Request(...args)) : fetch(...args))
        raw = { response, text: await readText(response) }
        return new Response()
      },
    })
    return raw as RawResponse // set, because openapi-fetch either calls fetch or throws
  }
}

/**
 * Stands in for the `Request` class in openapi-fetch, and keeps only the arguments. The global
 * fetch takes these directly, at half the cost of a `Request`, whose body and signal it would copy.
 */
function RequestArgs(...args: [url: string, init: RequestInit]) {
  return args // `new` evaluates to this array, because it is an object
}

/** The body as text without a byte order mark, or undefined if it is too large to be read. */
async function readText({ body }: Response): Promise<string | undefined> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  while (size <= MAX_BODY_BYTES) {
    const { done, value } = await reader.read()
    text += decoder.decode(value, { stream: !done })
    if (done) return text
    size += value.length
  }
  await reader.cancel()
  return undefined
}
