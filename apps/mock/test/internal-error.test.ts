import { checkResponseBody } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { afterAll, expect, it, vi } from 'vitest'
import type * as prismModule from '../src/mock/prism.ts'
import { call } from './call.ts'
import { errorOf, responseOf } from './operations.ts'

// All files share their modules, so the mock is loaded again with this one replaced, and once more after.
vi.doMock('../src/mock/prism.ts', async (importOriginal) => ({
  ...(await importOriginal<typeof prismModule>()),
  loadPrism: () => Promise.resolve(() => Promise.reject(new Error('Prism failed'))),
}))
vi.resetModules()
const { startMock } = await import('../src/index.ts')

const mock = await startMock()
afterAll(async () => {
  await mock.close()
  vi.doUnmock('../src/mock/prism.ts')
  vi.resetModules()
})

it.each(allOperations)(
  'responds to $operationId as a failed server when the mock itself fails, and survives',
  async (operation) => {
    const expected = responseOf(operation, errorOf(operation, 'failure'))
    for (let calls = 0; calls < 2; calls += 1) {
      const { status, body } = await call(mock.url, operation)
      expect(status).toBe(expected.status)
      expect(checkResponseBody(operation, status, body)).toEqual([])
      expect(mock.journal.list().at(-1)).toMatchObject({
        operationId: operation.operationId,
        status: expected.status,
        example: errorOf(operation, 'failure'),
      })
      expect(body).toEqual({
        ...(expected.body as object), // errors are objects
        error_details: { mock: 'Prism failed' },
      })
    }
  },
)
