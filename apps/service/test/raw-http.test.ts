import { checkResponseBody, isStatus } from '@connected-apps/contract'
import { describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../src/operation/read-body.ts'
import { sendRaw } from './support/raw-http.ts'
import { basic, pathOf } from './support/revoke.ts'
import { useService } from './support/service.ts'

const test = useService()

/** What is answered, once it is known to be true to the contract. */
async function answerTo(bytes: string): Promise<string> {
  const { status, text } = (await sendRaw(test.service.url, bytes)) ?? { status: 0, text: '{}' }
  const body = JSON.parse(text) as { error_type?: string }
  expect(isStatus(status) && checkResponseBody(status, body)).toEqual([])
  return `${status} ${body.error_type}`
}

/** The lines with which a request of the operation begins. */
function head(memberId: string): string {
  const { tenant } = test
  const path = pathOf(tenant.organizationId, memberId, tenant.publicAppId)
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
    `Authorization: ${basic(tenant.projectId, tenant.secret)}\r\n`
  )
}

describe('paths that HTTP software would change', () => {
  it.each(['.', '..', '%2e', '%2E%2e'])('are refused: member_id %s', async (memberId) => {
    expect(await answerTo(`${head(memberId)}Content-Length: 0\r\n\r\n`)).toBe('400 invalid_id')
  })
})

describe('a body', () => {
  it('that does not say how long it is, is read no further than the limit', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(maxBodyBytes) })
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const lines = 'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n'
    expect(await answerTo(head(test.tenant.memberId) + lines + chunk)).toBe('400 bad_request')
  })
})

describe('what is not HTTP', () => {
  it.each([
    ['no request line', 'nonsense\r\n\r\n'],
    ['too long a header', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ])('gets the envelope too: %s', async (_, bytes) => {
    expect(await answerTo(bytes)).toMatch(/^4\d\d /)
  })
})

describe('what is HTTP, but no request that is served', () => {
  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])(
    'gets the envelope: %s /oauth2/token',
    async (method) => {
      const bytes = `${method} /oauth2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
      expect(await answerTo(bytes)).toBe('404 route_not_found')
    },
  )

  it.each(['/oauth2/authorize/x', '/oauth2/jwks'])('gets the envelope: POST %s', async (path) => {
    const bytes = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await answerTo(bytes)).toBe('404 route_not_found')
  })

  it.each([
    ['a target that is no path', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a broken URL', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /oauth2/jwks HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a tunnel', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n'],
  ])('gets the envelope: %s', async (_, bytes) => {
    expect(await answerTo(bytes)).toBe('400 bad_request')
  })
})

describe('an answer that is still owed', () => {
  it('is never given by the refusal of what follows on its connection', async () => {
    const { database, service, tenant } = test
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    // Holds the revoke up at the first of its statements.
    await blocker.query('LOCK TABLE projects')
    const request = head(tenant.memberId).replace('Connection: close\r\n', '')
    const answer = await sendRaw(service.url, `${request}Content-Length: 0\r\n\r\nnonsense\r\n\r\n`)
    await blocker.query('COMMIT')
    blocker.release()
    expect(answer).toBeUndefined()
  })
})
