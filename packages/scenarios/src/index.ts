export { exampleResponse, examplesOf, triggeredExample } from './choose-example.ts'
export type { ExampleResponse } from './choose-example.ts'
export { ScenarioEngine } from './engine.ts'
export type { Journal, MockKey } from './engine.ts'
export type { Exchange, MockRequest, RequestHead } from './exchange.ts'
export { scenarios } from './generated/scenarios.ts'
export { BoundedLog } from './journal/bounded-log.ts'
export type { JournalAssertion, JournalEntry, JournalFilter } from './journal/journal.ts'
export { parseJournalQuery } from './journal/query.ts'
export { findOperation, ScenarioError } from './parse-scenario.ts'
export { errorResponse } from './plan.ts'
export type { DynamicPlan, ExamplePlan, FixedPlan, Plan } from './plan.ts'
export { maxBodyBytes, requestViolations } from './request-violations.ts'
export type { RequestParts } from './request-violations.ts'
export { allScenarios, maxWaitSeconds } from './scenario.ts'
export type {
  ListedApp,
  ListedMember,
  PlannedResponse,
  Scenario,
  ScenarioDefinition,
} from './scenario.ts'
export { controlPrefix, keyPrefix, originForm, readTarget, splitTarget } from './target.ts'
export type { Target } from './target.ts'
