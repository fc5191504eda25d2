import { contractSuite } from '../../src/vitest.ts'

const { URL = '', projectId = '', secret = '', REQUIRE } = process.env

contractSuite(() => ({
  url: URL,
  projectId,
  secret,
  ...(REQUIRE === 'all' ? { require: 'all' } : {}),
}))
