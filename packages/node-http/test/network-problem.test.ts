import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import * as http from 'node:http'
import * as https from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainNetworkError } from '../src/index.ts'

const ways = {
  'node:http': (url: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const client = url.startsWith('https:') ? https : http
      client.get(url, resolve).once('error', reject)
    }),
  fetch: (url: string) => fetch(url),
}

const respond: RequestListener = (_request, response) => response.end()

describe.each(Object.entries(ways))('an error of %s', (_, get) => {
  it('says that nothing listens', async () => {
    await using closed = await listen(createServer())
    const { port } = closed
    await closed[Symbol.asyncDispose]()
    expect(await problemOf(get, `http://127.0.0.1:${port}`)).toEqual({
      reason: 'nothing listens there (ECONNREFUSED)',
    })
  })

  it('says that the connection was closed', async () => {
    await using server = await listen(createTcpServer((socket) => socket.destroy()))
    const { reason } = await problemOf(get, `http://127.0.0.1:${server.port}`)
    expect(reason).toMatch(/^the connection was closed too early \(\w+\)$/)
  })

  it('says that a server has no TLS, and what to do', async () => {
    await using server = await listen(createServer(respond))
    expect(await problemOf(get, `https://127.0.0.1:${server.port}`)).toEqual({
      reason: expect.stringMatching(
        /^it does not use TLS, or no version of it that this machine supports \(\w+\)$/,
      ),
      remedy: 'use http: in the address if the server has no TLS',
    })
  })

  it('says that a response is not HTTP', async () => {
    await using server = await listen(
      createTcpServer((socket) => socket.resume().end('220 mail\r\n\r\n')),
    )
    const { reason } = await problemOf(get, `http://127.0.0.1:${server.port}`)
    expect(reason).toMatch(/^it does not respond with HTTP \(\w+\)$/)
  })

  it.skipIf(!existsSync('/usr/bin/openssl'))(
    'says which certificates are missing or for another host (needs /usr/bin/openssl)',
    async () => {
      await using server = await listen(https.createServer(await createCertificate(), respond))
      expect(await problemOf(get, `https://127.0.0.1:${server.port}`)).toEqual({
        reason:
          'its TLS certificate is from an authority that this machine does not trust (DEPTH_ZERO_SELF_SIGNED_CERT)',
        remedy: "set NODE_EXTRA_CA_CERTS to a file with the authority's certificate",
      })
    },
  )
})

it.each([
  ['ENOTFOUND', 'its host name does not exist'],
  ['EAI_AGAIN', 'its host name cannot be looked up now'],
  ['CERT_HAS_EXPIRED', 'its TLS certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its TLS certificate is for another host name'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its TLS certificate is from an authority that '],
  ['UND_ERR_CONNECT_TIMEOUT', 'it took too long'],
  ['ESOMETHING', 'the connection failed'],
])('has words for %s, which this machine cannot bring about', (code, words) => {
  const cause = Object.assign(new Error('for developers'), { code })
  const { reason } = explainNetworkError(new TypeError('fetch failed', { cause }))
  expect(reason.startsWith(words)).toBe(true)
  expect(reason.endsWith(` (${code})`)).toBe(true)
})

it('describes a timeout, and anything that is not an error of a connection', async () => {
  await using silent = await listen(createServer())
  const signal = AbortSignal.timeout(1)
  const timeout = await fetch(`http://127.0.0.1:${silent.port}`, { signal }).catch(
    (error: unknown) => error,
  )
  expect(explainNetworkError(timeout)).toEqual({ reason: 'it took too long' })
  expect(explainNetworkError('text')).toEqual({ reason: 'the connection failed' })
})

async function problemOf(get: (url: string) => Promise<unknown>, url: string) {
  const error = await get(url).then(
    () => expect.unreachable('there was a response'),
    (reason: unknown) => reason,
  )
  return explainNetworkError(error)
}

async function listen(server: Server): Promise<AsyncDisposable & { port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port, // safe: it listens on TCP
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) (server as http.Server).closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function createCertificate(): Promise<{ key: Buffer; cert: Buffer }> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'certificate-'))
  const key = join(directory.path, 'key.pem')
  const cert = join(directory.path, 'cert.pem')
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=localhost']
  execFileSync('/usr/bin/openssl', ['req', '-x509', ...algorithm, ...files], { stdio: 'ignore' })
  return { key: await readFile(key), cert: await readFile(cert) }
}
