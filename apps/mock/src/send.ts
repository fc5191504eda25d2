import type { ServerResponse } from 'node:http'

/** Writes a JSON body with its status and headers. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string | number | string[]> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    ...lowercase(headers),
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function lowercase<Value>(headers: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
