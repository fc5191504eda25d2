export { contractSuite } from './vitest/contract-suite.ts'
export type { SuiteOptions } from './vitest/contract-suite.ts'
