import { controlPrefix, keyPrefix, splitTarget } from '@connected-apps/scenarios'
import type { Target } from '@connected-apps/scenarios'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { escapeHtml } from '@connected-apps/node-http/html-page'
import { sendNoIcon, sendPage } from '../http/html-page.ts'
import { sendJson } from '../http/send.ts'

/** Below the control prefix, so that it is never the path of an operation. */
const filesPrefix = `${controlPrefix}/console/`

/** The console as `vite build` has built it from `src/console`. */
const built = fileURLToPath(new URL('../../dist/console', import.meta.url))

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The files of the console, by their names. */
export type ConsoleFiles = ReadonlyMap<string, Buffer>

/** Reads the files at the start, because a build that follows the contract replaces them. */
export async function loadConsoleFiles(): Promise<ConsoleFiles> {
  const entries = await readdir(built, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const read = async (path: string): Promise<[string, Buffer]> => [
    path.slice(built.length + 1).replaceAll('\\', '/'),
    await readFile(path),
  ]
  return new Map(await Promise.all(paths.map(read)))
}

/** Whether this is a browser request for the console, a file of it, or the icon. */
export function isConsoleRequest({ method }: IncomingMessage, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return path === '/' || path === '/favicon.ico' || path.startsWith(filesPrefix)
}

/** Sends the console for the isolation key of the request, or a file of it. */
export function respondWithConsole(
  files: ConsoleFiles,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): void {
  const { path, key, error } = target
  if (path === '/favicon.ico') sendNoIcon(response)
  else if (path !== '/') sendFile(files, response, path.slice(filesPrefix.length))
  else if (error !== undefined) {
    const content = `<h1>Invalid isolation key</h1>
<p>This request names a key that cannot exist: ${escapeHtml(error)}</p>
<p><a href="/">Open the console without a key</a></p>`
    sendPage(response, { title: 'Invalid isolation key', content }, 400)
  } else if (key !== '' && !splitTarget(request.url ?? '/').path.startsWith(keyPrefix(key))) {
    // The script of the page reads the key from its address, and cannot see the request's headers.
    response.writeHead(302, { location: `${keyPrefix(key)}/`, 'cache-control': 'no-store' }).end()
  } else sendFile(files, response, 'index.html')
}

function sendFile(files: ConsoleFiles, response: ServerResponse, name: string): void {
  const body = files.get(name)
  if (!body) {
    sendJson(response, 404, { message: `the console has no file ${name.slice(0, 128)}` })
    return
  }
  const isPage = name === 'index.html'
  response.writeHead(200, {
    'content-type': mediaTypes[extname(name)] ?? 'application/octet-stream',
    'content-length': body.byteLength,
    // The name of every file except the page contains a hash of its content.
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
