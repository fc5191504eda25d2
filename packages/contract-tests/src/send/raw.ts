import * as http from 'node:http'
import * as https from 'node:https'
import { expandPath, headerParameterNames, operation } from '@connected-apps/contract'
import type { ReceivedResponse } from '@connected-apps/contract'
import type { RunSettings } from '../options.ts'
import { NoResponseError, readBody, toNoResponseError } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { secretFor } from './request.ts'
import type { CaseRequest, Credentials } from './request.ts'

/**
 * Sends a request that the client would reject, by `node:http`, since `fetch` removes the segments
 * `..` and `%2E%2E` from a path. Does not follow redirects. Throws a {@link NoResponseError}.
 */
export async function sendRaw(
  request: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string>,
): Promise<Exchange> {
  const { protocol, hostname, port, pathname } = new URL(settings.url)
  const path = pathname.replace(/\/$/, '') + pathOf(request, settings)
  const headers = new Headers({ ...extraHeaders, ...headersOf(request, settings) })
  const body = request.body === undefined || request.body === 'none' ? '' : request.body.text
  const { request: createRequest } = protocol === 'https:' ? https : http
  const signal = AbortSignal.timeout(settings.timeoutMs)
  try {
    const outgoing = createRequest({
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method: operation.method,
      path,
      headers: { ...Object.fromEntries(headers), 'content-length': Buffer.byteLength(body) },
      agent: false,
      signal,
    })
    // Errors after the response head also reach the reader of the body. Without a listener here,
    // the same error would terminate the process.
    outgoing.on('error', () => undefined)
    outgoing.end(body)
    return { sent: { path, headers }, received: await receive(outgoing) }
  } catch (error) {
    // A timeout in the middle of a body surfaces as a connection error; report it as the timeout.
    throw toNoResponseError(signal.aborted ? signal.reason : error, settings.timeoutMs)
  }
}

async function receive(outgoing: http.ClientRequest): Promise<ReceivedResponse> {
  const { incoming, hasBody } = await receiveHead(outgoing)
  return {
    status: incoming.statusCode ?? 0,
    headers: toHeaders(incoming.rawHeaders),
    body: hasBody ? await readBody(incoming) : '',
  }
}

// After a 101, Node.js emits `upgrade` in place of `response` and `error`, and there is no body.
function receiveHead(
  outgoing: http.ClientRequest,
): Promise<{ incoming: http.IncomingMessage; hasBody: boolean }> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', (incoming) => resolve({ incoming, hasBody: true }))
    outgoing.once('upgrade', (incoming, socket) => {
      socket.destroy()
      resolve({ incoming, hasBody: false })
    })
    outgoing.once('error', reject)
    outgoing.once('close', () =>
      reject(new NoResponseError('no response before the connection closed')),
    )
  })
}

function pathOf({ parameters, pathSuffix = '' }: CaseRequest, { ids }: RunSettings): string {
  return expandPath({ ...ids, ...parameters }, encodeSegment) + pathSuffix
}

function encodeSegment(value: string): string {
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

function toHeaders(rawHeaders: string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  }
  return headers
}
