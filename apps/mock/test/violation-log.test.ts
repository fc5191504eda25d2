import { expect, it } from 'vitest'
import { ViolationLog, maxLoggedViolations } from '../src/proxy/violations.ts'

it('keeps only the latest violations, but counts all of them', () => {
  const log = new ViolationLog()
  for (let count = 0; count < 3 * maxLoggedViolations; count += 1) {
    log.add([{ direction: 'request', where: 'body', message: 'no' }], 'POST', 'a'.repeat(5_000))
  }
  expect(log.total).toBe(3 * maxLoggedViolations)
  expect(log.entries()).toHaveLength(maxLoggedViolations)
  expect(log.entries().at(-1)).toMatchObject({ number: log.total, path: 'a'.repeat(512) })
})
