import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Sends a JSON body with its status and headers. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string | number | string[]> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    ...lowercaseNames(headers),
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function lowercaseNames<Value>(headers: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

/**
 * Sends a JSON response over a bare socket and closes the connection, for requests that Node.js
 * rejects before it creates a `ServerResponse`.
 */
export function sendRawJson(
  socket: Duplex,
  statusLine: string,
  { headers, body }: { headers: Record<string, string | number>; body: unknown },
): void {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${statusLine}\r\n${lines.join('')}\r\n${text}`)
}
