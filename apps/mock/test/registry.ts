import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

/** A registry of npm on this machine. */
export interface Registry extends AsyncDisposable {
  url: string
}

/** Starts a registry that has nothing but these packed packages. */
export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const files = new Map<string, Buffer>()
  // Npm keeps what it has fetched by its URL, which must not be that of an earlier run.
  const prefix = `/${randomUUID()}/`
  const server = createServer(({ url = '' }, response) => {
    const file = files.get(decodeURIComponent(url))
    response.writeHead(file ? 200 : 404).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const origin = `http://127.0.0.1:${port}`
  for (const tarball of tarballs) {
    const bytes = await readFile(tarball)
    const manifest = await manifestOf(tarball)
    const { name, version } = manifest
    const path = `${prefix}${name}.tgz`
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    const published = { ...manifest, dist: { tarball: origin + path, integrity } }
    const document = { name, 'dist-tags': { latest: version }, versions: { [version]: published } }
    files.set(path, bytes).set(prefix + name, Buffer.from(JSON.stringify(document)))
  }
  return {
    url: origin + prefix,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function manifestOf(tarball: string): Promise<{ name: string; version: string }> {
  const args = ['-xzOf', tarball, 'package/package.json']
  return JSON.parse((await promisify(execFile)('tar', args)).stdout)
}
