import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('the example workflow installs the mock without the telemetry that comes with Prism', async () => {
  const file = new URL('../examples/consumer-workflow.yml', import.meta.url)
  const steps = (await readFile(file, 'utf8')).split(/^ {6}- /m)
  const installing = steps.filter((step) => /npm install .*@connected-apps\/mock/.test(step))
  expect(installing).toEqual([expect.stringContaining("SCARF_ANALYTICS: 'false'")])
})
