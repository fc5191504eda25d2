import { checkResponseBody } from '@connected-apps/contract'
import { afterAll, expect, it, vi } from 'vitest'
import { startMock } from '../src/index.ts'
import type * as prismModule from '../src/mock/prism.ts'
import { callRevoke } from './call-revoke.ts'

vi.mock('../src/mock/prism.ts', async (importOriginal) => ({
  ...(await importOriginal<typeof prismModule>()),
  loadPrism: () => Promise.resolve(() => Promise.reject(new Error('Prism failed'))),
}))

const mock = await startMock()
afterAll(() => mock.close())

it("responds with the contract's 500 when the mock itself fails, and survives", async () => {
  for (let call = 0; call < 2; call += 1) {
    const { status, body } = await callRevoke(mock.url)
    expect(status).toBe(500)
    expect(checkResponseBody(500, body)).toEqual([])
    expect(body).toMatchObject({
      error_type: 'internal_server_error',
      error_details: { mock: 'Prism failed' },
    })
  }
})
