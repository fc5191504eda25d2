import { writeFileSync } from 'node:fs'
import type { OperationId } from '@connected-apps/contract'
import { contractSuite } from '../../src/vitest.ts'

const { URL = '', projectId = '', secret = '', REQUIRE, REPORT, OPERATIONS } = process.env

contractSuite(
  () => ({
    url: URL,
    projectId,
    secret,
    operations: OPERATIONS?.split(',') as OperationId[] | undefined, // the options are validated
    ...(REQUIRE === 'all' ? { require: 'all' } : {}),
  }),
  {
    onReport: (report) => {
      if (REPORT !== undefined) writeFileSync(REPORT, JSON.stringify(report))
    },
  },
)
