export type {
  Exchange,
  MockKey,
  MockRequest,
  MockResponse,
  RequestHead,
  ScenarioEngine,
} from './api.ts'
export { chooseExample, exampleResponse, examplesOf, triggeredExample } from './choose-example.ts'
export type { ExampleResponse, InvalidChoice } from './choose-example.ts'
export { BoundedLog } from './journal/bounded-log.ts'
export { Journal, maxJournalEntries, toJournalEntry } from './journal/journal.ts'
export type { JournalAssertion, JournalEntry, JournalFilter } from './journal/journal.ts'
export { parseJournalQuery } from './journal/query.ts'
export { findOperation, parseScenario, ScenarioError } from './parse-scenario.ts'
export { errorResponse, planResponse } from './plan.ts'
export type { Plan } from './plan.ts'
export { maxPlayerEntries, ScenarioPlayer } from './player.ts'
export { parsePreferences } from './preferences.ts'
export { maxBodyBytes, requestViolations } from './request-violations.ts'
export type { RequestParts } from './request-violations.ts'
export { maxWaitSeconds, scenarios } from './scenario.ts'
export type { PlannedResponse, Scenario, ScenarioDefinition } from './scenario.ts'
