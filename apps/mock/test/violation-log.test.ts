import { expect, it } from 'vitest'
import { ViolationLog, violationCapacity } from '../src/violation-log.ts'

it('keeps the latest violations alone, and counts the rest', () => {
  const log = new ViolationLog()
  for (let count = 0; count < 3 * violationCapacity; count += 1) {
    log.add([{ direction: 'request', where: 'body', message: 'no' }], 'POST', 'a'.repeat(5_000))
  }
  expect(log.total).toBe(3 * violationCapacity)
  expect(log.entries()).toHaveLength(violationCapacity)
  expect(log.entries().at(-1)).toMatchObject({ number: log.total, path: 'a'.repeat(512) })
})
