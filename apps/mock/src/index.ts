export { ListenError } from '@connected-apps/node-http'
export { allScenarios, ScenarioError, scenarios } from '@connected-apps/scenarios'
export type {
  Journal,
  JournalAssertion,
  JournalEntry,
  JournalFilter,
  MockKey,
  PlannedResponse,
  Scenario,
  ScenarioDefinition,
} from '@connected-apps/scenarios'
export { startMock } from './mock/start.ts'
export type { Mock, MockOptions } from './mock/start.ts'
export { startProxy } from './proxy/start.ts'
export type { Proxy, ProxyOptions } from './proxy/start.ts'
export type {
  OperationTraffic,
  TrafficReport,
  TrafficTotals,
  ViolationCount,
} from './proxy/traffic.ts'
export type { ContractViolation, LoggedViolation } from './proxy/violations.ts'
