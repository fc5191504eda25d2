import { checkResponseBody, isStatus } from '@connected-apps/contract'
import { describe, expect, it } from 'vitest'
import { maximumBodyBytes } from '../src/operation/body.ts'
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
    const body = JSON.stringify({ a: 'x'.repeat(maximumBodyBytes) })
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
