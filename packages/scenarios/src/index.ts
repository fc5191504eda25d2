export { exampleResponse, examplesOf, triggeredExample } from './plan/choose-example.ts'
export type { ExampleResponse } from './plan/choose-example.ts'
export { ScenarioEngine } from './engine.ts'
export type { Journal, MockKey } from './engine.ts'
export type { Exchange, MockRequest, RequestHead } from './exchange.ts'
export { scenarios } from './generated/scenarios.ts'
export { BoundedLog } from './journal/bounded-log.ts'
export type { JournalAssertion, JournalEntry, JournalFilter } from './journal/journal.ts'
export { parseJournalQuery } from './journal/query.ts'
export { findOperation, ScenarioError } from './scenario/parse-scenario.ts'
export { errorResponse } from './plan/plan.ts'
export type { DynamicPlan, ExamplePlan, FixedPlan, Plan } from './plan/plan.ts'
export { maxBodyBytes, requestViolations } from './plan/request-violations.ts'
export type { RequestParts } from './plan/request-violations.ts'
export { allScenarios, maxWaitSeconds } from './scenario/scenario.ts'
export type {
  ListedApp,
  ListedMember,
  PlannedResponse,
  Scenario,
  ScenarioDefinition,
} from './scenario/scenario.ts'
export { controlPrefix, keyPrefix, originForm, readTarget, splitTarget } from './target.ts'
export type { Target } from './target.ts'
