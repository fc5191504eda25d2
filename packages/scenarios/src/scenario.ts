import type { ExampleName, Operation, OperationId } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'

/** The longest delay of a response. */
export const maxWaitSeconds = 60

/** A response of a scenario: an example of the contract, and how long to delay it. */
export interface PlannedResponse<Id extends OperationId = OperationId> {
  /** The example alone determines the status. */
  example: ExampleName<Id>
  waitSeconds?: number
}

type Responses<Id extends OperationId> = readonly [PlannedResponse<Id>, ...PlannedResponse<Id>[]]

/** The responses of an operation to an id, call by call; the last one repeats. */
export interface Scenario {
  operationId: OperationId
  /** The parameter of the operation whose value is the id. */
  parameter: string
  id: string
  title: string
  responses: Responses<OperationId>
}

/** What a scenario is defined by; its examples are those of its operation. */
export type ScenarioDefinition = {
  [Id in OperationId]: { operationId: Id; id: string; title?: string; responses: Responses<Id> }
}[OperationId]

/** The built-in scenarios: for each operation one per example, and the sequences of the contract. */
export const scenarios: readonly Scenario[] = allOperations.flatMap(scenariosOf)

function scenariosOf({ operationId, examples, scenarios: own }: Operation): Scenario[] {
  const { parameter, prefix, sequences } = own
  const single = Object.entries(examples).map(([example, { scenario }]) => ({
    ...scenario,
    responses: [{ example }],
  }))
  return [...single, ...sequences].map(({ id, title, responses }) => ({
    operationId,
    parameter,
    id: prefix + id,
    title,
    responses: responses as unknown as Responses<OperationId>, // the generation checks the names
  }))
}
