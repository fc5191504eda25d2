import { operations } from '@connected-apps/contract/operations'
import { expect, test } from 'vitest'
import { connectTo } from './client.ts'
import type { TlsOptions } from './network/undici.ts'
import { fetchUndici } from './network/undici.ts'
import { listenWithTls } from './network/tls-server.ts'
import { paramsOf } from './operations.ts'

const operation = operations.revokeConnectedApp

const { revokeWith, certificates } = await fetchUndici()

function revokeFrom(baseUrl: string, connect: TlsOptions) {
  return revokeWith(({ Agent }) => new Agent({ connect }), baseUrl)
}

function networkError(code: string) {
  return { ok: false, error: { kind: 'network', code, message: expect.stringContaining(code) } }
}

test('revokes from a server whose certificate a private CA issued', async () => {
  const { ca, server } = await certificates()
  const api = await listenWithTls(server)
  expect(await revokeFrom(api.url, { ca })).toMatchObject({ ok: true })
  expect(api.clients).toEqual([undefined])
})

test('sends nothing to a server with the certificate of an unknown CA', async () => {
  const api = await listenWithTls((await certificates()).server)
  const untrusted = networkError('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await revokeFrom(api.url, {})).toMatchObject(untrusted)
  // The global fetch rejects it alike.
  const { tryCall } = connectTo(operation, api.url, { maxRetries: 0 })
  expect(await tryCall(paramsOf(operation))).toMatchObject(untrusted)
  expect(api.clients).toEqual([])
})

test('presents a client certificate to a server that requests one', async () => {
  const { ca, server, client } = await certificates()
  const api = await listenWithTls({ ...server, ca, requestCert: true, rejectUnauthorized: true })
  expect(await revokeFrom(api.url, { ca, ...client })).toMatchObject({ ok: true })
  expect(api.clients).toEqual(['the-client'])
})

test('has the code of the alert with which a server rejects a call without a certificate', async () => {
  const { ca, server } = await certificates()
  // With TLS 1.3, the server could only close the connection after the handshake.
  const tls = { maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true } as const
  const api = await listenWithTls({ ...server, ca, ...tls })
  expect(await revokeFrom(api.url, { ca })).toMatchObject({
    ok: false,
    error: {
      kind: 'network',
      // OpenSSL 3.5 calls the protocol SSL/TLS where older versions call it SSLV3.
      code: expect.stringMatching(/^ERR_SSL_.*_ALERT_HANDSHAKE_FAILURE$/),
    },
  })
  expect(api.clients).toEqual([])
})

test('has the code of the alert with which a server rejects an old version of TLS', async () => {
  const { ca, server } = await certificates()
  const api = await listenWithTls({ ...server, minVersion: 'TLSv1.3' })
  const protocol = networkError('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  expect(await revokeFrom(api.url, { ca, maxVersion: 'TLSv1.2' })).toMatchObject(protocol)
})
