import type { LocatedNode } from './document.ts'
import type {
  ExclusiveHeaders,
  Permission,
  Safety,
  Scenario,
  Scenarios,
  Session,
  Trigger,
} from './extensions.ts'

/** The contents of the document from which code is generated. */
export interface Contract {
  title: string
  version: string
  servers: Server[]
  /** The example of the response to a malformed request, where no other example is more specific. */
  malformed: string
  /** The example of the response to a request that matches no operation. */
  unmatched: string
  exclusiveHeaders: ExclusiveHeaders[]
  operations: Operation[]
}

export interface Server {
  pointer: string
  url: string
  /** The prefix of the project_ids that it is for; empty for all others. */
  projects: string
}

export interface Operation {
  pointer: string
  operationId: string
  method: string
  path: string
  summary: string
  clientMethod: string
  safety: Safety
  permission: Permission
  scenarios: Scenarios
  security: { name: string; scheme: string; errorType: string }[]
  parameters: Parameter[]
  requestBody: RequestBody | undefined
  /** The media type of every response. */
  mediaType: string
  successStatus: number
  responses: Response[]
}

export interface Parameter {
  pointer: string
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: LocatedNode
  example: unknown
  errorType: string
  session: Session | undefined
}

export interface RequestBody {
  required: boolean
  mediaType: string
  schema: LocatedNode
  /** The names of the properties that the schema declares. */
  properties: string[]
  examples: [name: string, value: unknown][]
}

export interface Response {
  status: number
  mediaType: string
  schema: LocatedNode
  headers: { name: string; required: boolean; schema: LocatedNode; example: unknown }[]
  examples: Example[]
}

export interface Example {
  /** Where it is defined: operations may refer to the same example. */
  pointer: string
  name: string
  status: number
  body: unknown
  trigger: Trigger
  scenario: Scenario
}

/** Every example of an operation's responses. */
export function examplesOf({ responses }: Pick<Operation, 'responses'>): Example[] {
  return responses.flatMap(({ examples }) => examples)
}
