import type { Report } from '@connected-apps/contract-tests'
import { contractSuite } from '@connected-apps/contract-tests/vitest'
import { afterAll, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'

const mock = await startMock()
let report: Report | undefined
afterAll(() => mock.close())

contractSuite(
  { url: mock.url, projectId: 'project-test-1', secret: 'secret-test-1', require: 'all' },
  {
    onReport: (finished) => {
      report = finished
    },
  },
)

it('covers the whole contract: the mock can send every response', () => {
  expect(report?.checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
  const coverage = Object.values(report?.coverage ?? {}).flatMap((each) =>
    Object.values(each).flat(),
  )
  expect(coverage.length).toBeGreaterThan(0)
  expect(coverage.filter(({ covered }) => !covered)).toEqual([])
})
