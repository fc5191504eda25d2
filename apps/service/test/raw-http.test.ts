import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Operation } from '@connected-apps/contract'
import { checkResponseBody } from '@connected-apps/contract'
import { describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../src/operation/endpoint.ts'
import { sendRaw } from './support/raw-http.ts'
import {
  anyOperation,
  basic,
  idsOf,
  operationsByTitle,
  outcomeNamed,
  pathFor,
} from './support/operations.ts'
import { revokeConnectedApp } from './support/revoke.ts'
import { useService } from './support/service.ts'

const test = useService()

/** The status and error type of the response, once it is verified to match the contract. */
async function responseTo(bytes: string): Promise<string> {
  const { status, text: json } = (await sendRaw(test.service.url, bytes)) ?? {
    status: 0,
    text: '{}',
  }
  const body = JSON.parse(json) as { error_type?: string }
  expect(Object.keys(anyOperation.responseBodies)).toContain(String(status))
  expect(checkResponseBody(anyOperation, status, body)).toEqual([])
  return `${status} ${body.error_type}`
}

/** The first lines of a request of an operation. */
function head(operation: Operation, changes: Record<string, string> = {}): string {
  const { tenant } = test
  const path = pathFor(operation, { ...idsOf(tenant), ...changes })
  return (
    `${operation.method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
    `Authorization: ${basic(tenant.projectId, tenant.secret)}\r\n`
  )
}

describe('paths that HTTP software normalizes', () => {
  const parameters = operationsByTitle.flatMap(([title, operation]) =>
    operation.pathParameters.map((name): [string, string, Operation] => [title, name, operation]),
  )
  it.each(parameters)('are rejected: %s, %s', async (_, name, operation) => {
    for (const value of ['.', '..', '%2e', '%2E%2e']) {
      const request = `${head(operation, { [name]: value })}Content-Length: 0\r\n\r\n`
      const { errorExample } = operation.parameters[name] ?? {}
      expect(await responseTo(request)).toBe(outcomeNamed(operation, errorExample))
    }
  })
})

describe('a body', () => {
  it('without a length is read only up to the limit', async () => {
    const body = JSON.stringify({ a: 'x'.repeat(maxBodyBytes) })
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const lines = 'Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n'
    expect(await responseTo(head(revokeConnectedApp) + lines + chunk)).toBe('400 bad_request')
  })
})

describe('the body of a request for which the contract declares none', () => {
  const withoutBody = operationsByTitle.filter(([, { request }]) => request === undefined)
  it.each(withoutBody)('is ignored, and the next request is not: %s', async (_, operation) => {
    const body = '['.repeat(2 * maxBodyBytes)
    const first = head(operation).replace('Connection: close\r\n', '')
    const lines = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`
    const bytes = `${first}${lines}${body}${head(operation)}\r\n`
    const socket = connect(Number(new URL(test.service.url).port), '127.0.0.1')
    socket.write(bytes)
    expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
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

describe('an absolute target', () => {
  it.each(operationsByTitle)(
    'is one of this service, whatever host it names: %s',
    async (_, operation) => {
      const bytes = `${head(operation).replace(' /', ' http://other.example/')}\r\n`
      expect(await responseTo(bytes)).toBe('200 undefined')
    },
  )

  it('reaches OAuth, too', async () => {
    const target = 'http://other.example/.well-known/openid-configuration'
    const bytes = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(test.service.url, bytes)).toMatchObject({ status: 200 })
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
    const { database, service } = test
    const blocker = await database.pool.connect()
    await blocker.query('BEGIN')
    // Blocks the revoke at its first statement.
    await blocker.query('LOCK TABLE projects')
    const request = head(revokeConnectedApp).replace('Connection: close\r\n', '')
    const response = await sendRaw(
      service.url,
      `${request}Content-Length: 0\r\n\r\nnonsense\r\n\r\n`,
    )
    await blocker.query('COMMIT')
    blocker.release()
    expect(response).toBeUndefined()
  })
})
