import type { ServerResponse } from 'node:http'

/** Sends a JSON body with its status and headers. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string | number | string[]> = {},
): void {
  const text = JSON.stringify(body)
  const lowercase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  response.writeHead(status, {
    'content-type': 'application/json',
    ...Object.fromEntries(lowercase),
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
