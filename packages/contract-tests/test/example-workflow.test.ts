import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test('the example workflow installs the mock with the telemetry of a Prism dependency turned off', async () => {
  const file = new URL('../examples/consumer-workflow.yml', import.meta.url)
  const steps = (await readFile(file, 'utf8')).split(/^ {6}- /m)
  const installSteps = steps.filter((step) => /npm install .*@connected-apps\/mock/.test(step))
  expect(installSteps).toEqual([expect.stringContaining("SCARF_ANALYTICS: 'false'")])
})
