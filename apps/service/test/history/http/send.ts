import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import { AbortedByClient, OutcomeUnknown } from '../system.ts'

const agent = new Agent({ keepAlive: true })

export interface RawRequest {
  method: string
  headers?: Record<string, string>
  /** Sent as a form. */
  form?: Record<string, string>
  /** Aborts the request if there is no response by then. */
  abortAfterMs?: number | undefined
}

export interface RawResponse {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * Sends one request, once. A client that retries or follows redirects would falsify the history.
 *
 * @throws {AbortedByClient} if there was no response within `abortAfterMs`
 * @throws {OutcomeUnknown} if there was no complete response for another reason, or a 5xx
 */
export async function send(
  url: string,
  { method, headers, form, abortAfterMs }: RawRequest,
): Promise<RawResponse> {
  const body = form && new URLSearchParams(form).toString()
  const response = await new Promise<RawResponse>((resolve, reject) => {
    let isAborted = false
    const fail = (cause: Error): void => {
      const Unknown = isAborted ? AbortedByClient : OutcomeUnknown
      reject(new Unknown(`${method} ${new URL(url).pathname}: ${cause.message}`, { cause }))
    }
    const sent = request(url, {
      method,
      agent,
      headers: {
        ...headers,
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(Buffer.byteLength(body)),
        }),
      },
    })
    const timer =
      abortAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            isAborted = true
            sent.destroy(new Error('aborted by the client'))
          }, abortAfterMs)
    sent.on('close', () => clearTimeout(timer))
    sent.on('error', fail)
    sent.on('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('error', fail)
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      )
    })
    sent.end(body)
  })
  if (response.status >= 500) {
    throw new OutcomeUnknown(`${method} ${new URL(url).pathname}: ${response.status}`)
  }
  return response
}
