import { writeFileSync } from 'node:fs'
import { contractSuite } from '../../src/vitest.ts'

const { URL = '', projectId = '', secret = '', REQUIRE, REPORT } = process.env

contractSuite(
  () => ({
    url: URL,
    projectId,
    secret,
    ...(REQUIRE === 'all' ? { require: 'all' } : {}),
  }),
  {
    onReport: (report) => {
      if (REPORT !== undefined) writeFileSync(REPORT, JSON.stringify(report))
    },
  },
)
