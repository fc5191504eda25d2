import { checkResponseBody, isStatus } from '@connected-apps/contract'
import { describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../src/operation/read-body.ts'
import { sendRaw } from './support/raw-http.ts'
import { basic, pathOf } from './support/revoke.ts'
import { useService } from './support/service.ts'

const test = useService()

/** The status and error type of the response, once it is verified to match the contract. */
async function responseTo(bytes: string): Promise<string> {
  const { status, text } = (await sendRaw(test.service.url, bytes)) ?? { status: 0, text: '{}' }
  const body = JSON.parse(text) as { error_type?: string }
  expect(isStatus(status) && checkResponseBody(status, body)).toEqual([])
  return `${status} ${body.error_type}`
}

/** The first lines of a request of the operation. */
function head(memberId: string): string {
  const { tenant } = test
  const path = pathOf(tenant.organizationId, memberId, tenant.publicAppId)
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
    `Authorization: ${basic(tenant.projectId, tenant.secret)}\r\n`
  )
}

describe('paths that HTTP software normalizes', () => {
  it.each(['.', '..', '%2e', '%2E%2e'])('are rejected: member_id %s', async (memberId) => {
    expect(await responseTo(`${head(memberId)}Content-Length: 0\r\n\r\n`)).toBe('400 invalid_id')
  })
})

describe('a body', () => {
  it('without a length is read only up to the limit', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(maxBodyBytes) })
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const lines = 'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n'
    expect(await responseTo(head(test.tenant.memberId) + lines + chunk)).toBe('400 bad_request')
  })
})

describe('input that is not HTTP', () => {
  it.each([
    ['no request line', 'nonsense\r\n\r\n'],
    ['too long a header', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('gets the error envelope, too: %s', async (_, bytes) => {
    expect(await responseTo(bytes)).toMatch(/^4\d\d /)
  })
})

describe('a request that nothing handles', () => {
  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])(
    'gets the error envelope: %s /oauth2/token',
    async (method) => {
      const bytes = `${method} /oauth2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
      expect(await responseTo(bytes)).toBe('404 route_not_found')
    },
  )

  it.each(['/oauth2/authorize/x', '/oauth2/jwks'])(
    'gets the error envelope: POST %s',
    async (path) => {
      const bytes = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
      expect(await responseTo(bytes)).toBe('404 route_not_found')
    },
  )

  it.each([
    ['a target that is no path', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a broken URL', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /oauth2/jwks HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n'],
  ])('gets the error envelope: %s', async (_, bytes) => {
    expect(await responseTo(bytes)).toBe('400 bad_request')
  })
})

describe('a pending response', () => {
  it('is never replaced by the rejection of what follows on its connection', async () => {
    const { database, service, tenant } = test
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    // Blocks the revoke at its first statement.
    await blocker.query('LOCK TABLE projects')
    const request = head(tenant.memberId).replace('Connection: close\r\n', '')
    const response = await sendRaw(
      service.url,
      `${request}Content-Length: 0\r\n\r\nnonsense\r\n\r\n`,
    )
    await blocker.query('COMMIT')
    blocker.release()
    expect(response).toBeUndefined()
  })
})
