import { runContract } from '@connected-apps/contract-tests'
import type { Report } from '@connected-apps/contract-tests'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'

const require = createRequire(import.meta.url)

/** The statuses whose payloads were given with the revoke; Prism alone must send them too. */
const givenStatuses = [200, 401, 429, 500]

describe('the command of Prism, without this mock', () => {
  let prism: CommandRun
  let report: Report
  beforeAll(async () => {
    const document = require.resolve('@connected-apps/contract/openapi.json')
    prism = runCommand(['mock', '--port=0', '--multiprocess=false', document], {
      script: require.resolve('@stoplight/prism-cli'),
      env: { NODE_ENV: 'test' },
    })
    const [, url = ''] = await prism.printed(/Prism is listening on (http:\S+)/)
    report = await runContract({
      url,
      projectId: 'project-test-1',
      secret: 'secret-test-1',
      operations: ['revokeConnectedApp'],
      profile: 'mock',
    })
  }, 120_000) // the suite waits for a response to malformed JSON, which Prism never sends
  afterAll(async () => {
    prism.kill('SIGKILL')
    await prism.exit
  })

  it.each(givenStatuses)('passes every contract test of the revoke with status %i', (status) => {
    const checks = report.checks.filter((check) => 'status' in check && check.status === status)
    expect(checks).not.toEqual([])
    expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
  })
})
