import { operation } from '@connected-apps/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examplePath } from '../src/mock/example-request.ts'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

const origin = 'http://app.test:3000'

describe('a response to a page', () => {
  it.each([...operation.statuses])(
    'with status %i can be read with credentials',
    async (status) => {
      const { headers } = await callRevoke(mock.url, {
        headers: { origin, prefer: `code=${status}` },
      })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('vary')).toContain('Origin')
    },
  )

  it('exposes every header of the contract by name, and never by *', async () => {
    const { headers } = await callRevoke(mock.url, { headers: { origin, prefer: 'code=429' } })
    const exposed = headers.get('access-control-expose-headers')?.split(', ')
    expect(exposed).toEqual([...new Set(Object.values(operation.responseHeaders).flat())])
    expect(exposed).toContain('Retry-After')
  })

  it('allows nothing without an Origin', async () => {
    const { headers } = await callRevoke(mock.url)
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('vary')).toBe('Origin')
  })
})

describe('a preflight', () => {
  const preflight = (headers: Record<string, string>) =>
    fetch(mock.url + examplePath(), { method: 'OPTIONS', headers: { origin, ...headers } })

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
