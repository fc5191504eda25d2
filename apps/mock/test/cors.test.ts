import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { call } from './call.ts'
import { anyOperation } from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const origin = 'http://app.test:3000'

describe.each(allOperations)('a response of $operationId to a page', (operation) => {
  it.each(Object.keys(operation.responseBodies))(
    'with status %s can be read with credentials',
    async (status) => {
      const { headers } = await call(mock.url, operation, {
        headers: { origin, prefer: `code=${status}` },
      })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('vary')).toContain('Origin')
    },
  )

  it('exposes every header of its responses by name, and never by *', async () => {
    const { headers } = await call(mock.url, operation, { headers: { origin } })
    const exposed = headers.get('access-control-expose-headers')?.split(', ')
    const declared = Object.values(operation.responseHeaders).flatMap((each) => Object.keys(each))
    expect(exposed).toEqual(expect.arrayContaining(declared))
    expect(exposed).not.toContain('*')
  })

  it('allows nothing without an Origin', async () => {
    const { headers } = await call(mock.url, operation)
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('vary')).toBe('Origin')
  })
})

describe('a preflight', () => {
  const preflight = (headers: Record<string, string>) =>
    fetch(mock.url + exampleRequest(anyOperation).target, {
      method: 'OPTIONS',
      headers: { origin, ...headers },
    })

  it('allows the method and the headers that it requests', async () => {
    const requested = 'authorization,content-type,prefer,x-stytch-member-session'
    const { status, headers } = await preflight({
      'access-control-request-method': 'POST',
      'access-control-request-headers': requested,
    })
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-allow-methods')).toBe('POST')
    expect(headers.get('access-control-allow-headers')).toBe(requested)
    expect(headers.get('vary')).toContain('Access-Control-Request-Headers')
  })

  it('allows no headers when it requests none', async () => {
    const { headers } = await preflight({ 'access-control-request-method': 'POST' })
    expect(headers.get('access-control-allow-headers')).toBeNull()
  })
})
