import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import { CutByClient, OutcomeUnknown } from '../system.ts'

const agent = new Agent({ keepAlive: true })

export interface WireRequest {
  method: string
  headers?: Record<string, string>
  /** Sent as a form. */
  form?: Record<string, string>
  /** Cuts the connection, if it was not answered by then. */
  cutAfterMs?: number | undefined
}

export interface WireResponse {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * Sends one request, once. No client that retries or follows may stand between a history and what
 * happened.
 *
 * @throws {CutByClient} if `cutAfterMs` went by
 * @throws {OutcomeUnknown} if for another reason there was no whole answer, or a 5xx
 */
export async function send(
  url: string,
  { method, headers, form, cutAfterMs }: WireRequest,
): Promise<WireResponse> {
  const body = form && new URLSearchParams(form).toString()
  const response = await new Promise<WireResponse>((resolve, reject) => {
    let isCut = false
    const fail = (cause: Error): void => {
      const Unknown = isCut ? CutByClient : OutcomeUnknown
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
    const cut =
      cutAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            isCut = true
            sent.destroy(new Error('cut by the client'))
          }, cutAfterMs)
    sent.on('close', () => clearTimeout(cut))
    sent.on('error', fail)
    sent.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('error', fail)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      )
    })
    sent.end(body)
  })
  if (response.status >= 500) {
    throw new OutcomeUnknown(`${method} ${new URL(url).pathname}: ${response.status}`)
  }
  return response
}
