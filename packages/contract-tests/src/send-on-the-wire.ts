import * as http from 'node:http'
import * as https from 'node:https'
import { expandPath, headerParameterNames, operation } from '@connected-apps/contract'
import type { ReceivedResponse } from '@connected-apps/contract'
import type { Exchange } from './exchange.ts'
import { NoAnswerError, noAnswer } from './exchange.ts'
import { readBytes } from './read-bytes.ts'
import type { CaseRequest, Credentials } from './request.ts'
import { secretFor } from './request.ts'
import type { RunSettings } from './run-settings.ts'

/**
 * Sends what the client refuses to send. `fetch` will not do: it removes the segments `..` and
 * `%2E%2E` from a path. Redirects are not followed.
 */
export async function sendOnTheWire(
  request: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string>,
): Promise<Exchange> {
  const { protocol, hostname, port, pathname } = new URL(settings.url)
  const path = pathname.replace(/\/$/, '') + pathOf(request, settings)
  const headers = new Headers({ ...extraHeaders, ...headersOf(request, settings) })
  const body = request.body === undefined || request.body === 'none' ? '' : request.body.text
  const { request: open } = protocol === 'https:' ? https : http
  const signal = AbortSignal.timeout(settings.timeoutMs)
  try {
    const outgoing = open({
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method: operation.method,
      path,
      headers: { ...Object.fromEntries(headers), 'content-length': Buffer.byteLength(body) },
      agent: false,
      signal,
    })
    // Once the response has begun, its body reports what breaks off; unheard, this would end the process.
    outgoing.on('error', () => undefined)
    outgoing.end(body)
    return { sent: { path, headers }, received: await answerTo(outgoing) }
  } catch (error) {
    // Half an answer fails with a broken connection, though it is the time that ran out.
    throw noAnswer(signal.aborted ? signal.reason : error, settings.timeoutMs)
  }
}

async function answerTo(outgoing: http.ClientRequest): Promise<ReceivedResponse> {
  const { incoming, isWhole } = await headOf(outgoing)
  return {
    status: incoming.statusCode ?? 0,
    headers: receivedHeaders(incoming.rawHeaders),
    body: isWhole ? '' : await readBytes(incoming),
  }
}

// After a 101 there is neither a response event nor an error, and no body either.
function headOf(
  outgoing: http.ClientRequest,
): Promise<{ incoming: http.IncomingMessage; isWhole: boolean }> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', (incoming) => resolve({ incoming, isWhole: false }))
    outgoing.once('upgrade', (incoming, socket) => {
      socket.destroy()
      resolve({ incoming, isWhole: true })
    })
    outgoing.once('error', reject)
    outgoing.once('close', () =>
      reject(new NoAnswerError('no answer before the connection closed')),
    )
  })
}

function pathOf({ parameters, pathSuffix = '' }: CaseRequest, { ids }: RunSettings): string {
  return expandPath({ ...ids, ...parameters }, segment) + pathSuffix
}

function segment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll('.', '%2E') : encodeURIComponent(value)
}

function headersOf(
  { parameters = {}, credentials = 'given', body }: CaseRequest,
  settings: RunSettings,
): Record<string, string> {
  const headers: Record<string, string> = { accept: operation.mediaType }
  const authorization = authorizationOf(credentials, settings)
  if (authorization !== undefined) headers['authorization'] = authorization
  if (body !== undefined && body !== 'none') headers['content-type'] = body.mediaType
  for (const name of headerParameterNames) {
    const value = parameters[name]
    if (value !== undefined) headers[name] = value
  }
  return headers
}

function authorizationOf(credentials: Credentials, settings: RunSettings): string | undefined {
  if (credentials === 'none') return undefined
  if (credentials === 'another scheme') return 'Bearer contract-tests'
  const pair = `${settings.projectId}:${secretFor(credentials, settings.secret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function receivedHeaders(raw: string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(raw[index] ?? '', raw[index + 1] ?? '')
  }
  return headers
}
