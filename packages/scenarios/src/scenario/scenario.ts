import type {
  ExampleName,
  Operation,
  OperationId,
  ResponseBody,
  SuccessStatus,
} from '@connected-apps/contract'
import { allOperations, operations } from '@connected-apps/contract/operations'
import { detachFrozen } from '../detach.ts'
import { oneAppPerScenario } from './one-app-per-scenario.ts'

/** The maximum delay of a response. */
export const maxWaitSeconds = 60

/** A response of a scenario: an example of the contract, and how long to delay it. */
export interface PlannedResponse<Id extends OperationId = OperationId> {
  /** The name of the example, which also determines the status. */
  example: ExampleName<Id>
  waitSeconds?: number
}

type Responses<Id extends OperationId> = readonly [PlannedResponse<Id>, ...PlannedResponse<Id>[]]

type SuccessBody<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

/** A Connected App in the list of a Member. */
export type ListedApp = SuccessBody<'getMemberConnectedApps'>['connected_apps'][number]

/** A Member in the list of a Connected App. */
export type ListedMember = SuccessBody<'getOrganizationConnectedApp'>['active_members'][number]

/** The responses of an operation to an id, call by call; the last one repeats. */
export interface Scenario {
  operationId: OperationId
  /** The parameter of the operation whose value is the id. */
  parameter: string
  id: string
  title: string
  responses: Responses<OperationId>
  /** The list in a success of *Get Connected Apps*, in place of the example's. */
  connected_apps?: readonly ListedApp[]
  /** The list in a success of *Get Connected App*, in place of the example's. */
  active_members?: readonly ListedMember[]
}

interface DefinedLists {
  /** The apps of the Member whose `member_id` is the id. Properties that are left out come from the example. */
  getMemberConnectedApps: {
    connected_apps: readonly (Partial<ListedApp> & Pick<ListedApp, 'connected_app_id'>)[]
  }
  /** The Members who use the app whose `connected_app_id` is the id. */
  getOrganizationConnectedApp: {
    active_members: readonly (Partial<ListedMember> & Pick<ListedMember, 'member_id'>)[]
  }
}

interface Definition<Id extends OperationId> {
  operationId: Id
  id: string
  title?: string
}

/**
 * The definition of a scenario, with examples of its operation. If it has a list, the responses may be
 * left out.
 */
export type ScenarioDefinition = {
  [Id in OperationId]:
    | (Definition<Id> & { responses: Responses<Id> })
    | (Id extends keyof DefinedLists
        ? Definition<Id> & DefinedLists[Id] & { responses?: Responses<Id> }
        : never)
}[OperationId]

const fromContract = allOperations.flatMap(scenariosOf)

/**
 * The built-in scenarios: for each operation one per example, the sequences of the contract, and a
 * list with an app for each scenario of the revoke.
 */
export const allScenarios: readonly Scenario[] = detachFrozen(
  allOperations.flatMap(({ operationId }) =>
    [...fromContract, listOfOneAppPerScenario()].filter((each) => each.operationId === operationId),
  ),
)

function scenariosOf({ operationId, examples, scenarios: declared }: Operation): Scenario[] {
  const { parameter, prefix, sequences } = declared
  const single = Object.entries(examples).map(([example, { scenario }]) => ({
    ...scenario,
    responses: [{ example }],
  }))
  return [...single, ...sequences].map(({ id, title, responses }) => ({
    operationId,
    parameter,
    id: prefix + id,
    title,
    responses: responses as unknown as Responses<OperationId>, // safe: the code generation checks the names
  }))
}

/** In a screen that shows this list, every scenario of the revoke can be triggered by hand. */
function listOfOneAppPerScenario(): Scenario {
  const { operationId, id, title } = oneAppPerScenario
  const { examples, scenarios } = operations[operationId]
  const { logo_url: _, ...app } = examples.connected_apps.body.connected_apps[0]
  const { examples: revokeExamples } = operations.revokeConnectedApp
  return {
    operationId,
    parameter: scenarios.parameter,
    id: scenarios.prefix + id,
    title,
    responses: [{ example: 'connected_apps' }],
    connected_apps: fromContract
      .filter((scenario) => scenario.operationId === 'revokeConnectedApp')
      .map((scenario) => ({
        ...app,
        connected_app_id: scenario.id,
        name: scenario.title,
        description: scenario.responses.map(({ example }) => statusAndName(example)).join(', '),
      })),
  }

  function statusAndName(example: string): string {
    const known: Operation['examples'] = revokeExamples
    return `${known[example]?.status} ${example}`
  }
}
