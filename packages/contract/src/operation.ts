import type { operations as generated } from './generated/operations.ts'
import type { operations as described } from './generated/types.ts'
import type { Validator } from './violation.ts'

// The types that openapi-typescript generates for each operation, and the values that codegen/ does.
type OperationTypes = described
type OperationValues = typeof generated

/** The `operationId` of each operation of the contract. */
export type OperationId = keyof OperationValues

/** The part of an operation that a client needs; `@connected-apps/contract/operations/NAME` exports one. */
export interface ClientOperation<Id extends OperationId = OperationId> {
  readonly operationId: Id
  readonly method: string
  /** The path template, as in the document. */
  readonly path: string
  /** The client's method that calls it, such as `organizations.members.getConnectedApps`. */
  readonly clientMethod: string
  /** RFC 9110 section 9.2: `safe` changes nothing; `idempotent` may be repeated. */
  readonly safety: 'safe' | 'idempotent' | 'unsafe'
  readonly pathParameters: readonly string[]
  readonly queryParameters: readonly string[]
  readonly headerParameters: readonly string[]
  /** The headers that carry a Member's session, by the form of the session. */
  readonly sessionHeaders: { readonly token?: string; readonly jwt?: string }
  readonly requestBody?: { readonly mediaType: string; readonly properties: readonly string[] }
  /** The media type of every response. */
  readonly mediaType: string
  readonly successStatus: number
  /** A validator for the body of each declared status. */
  readonly responseBodies: { readonly [status: number]: Validator }
}

/** An operation with everything that the contract says about it; `@connected-apps/contract/operations` exports all. */
export interface Operation<Id extends OperationId = OperationId> extends ClientOperation<Id> {
  /** Its title, such as *Revoke Connected App*. */
  readonly summary: string
  /** What the roles of a session must permit; `self` is the resource that covers only the Member itself. */
  readonly permission: {
    readonly action: string
    readonly resource: string
    readonly self?: string
  }
  readonly security: readonly {
    readonly name: string
    /** The scheme of the `Authorization` header, in lower case. */
    readonly scheme: string
    /** The example that missing or wrong credentials get. */
    readonly example: string
  }[]
  readonly parameters: { readonly [name: string]: Parameter }
  /** The example of the response to a malformed request, where no other example is more specific. */
  readonly malformedExample: string
  /** Groups of headers that exclude each other; a request with more than one of a group gets the example. */
  readonly exclusiveHeaders: readonly {
    readonly headers: readonly string[]
    readonly example: string
  }[]
  readonly request?: {
    readonly required: boolean
    readonly examples: { readonly [name: string]: unknown }
    readonly validate: Validator
  }
  /** The response headers that each status declares. */
  readonly responseHeaders: {
    readonly [status: number]: { readonly [name: string]: ResponseHeader }
  }
  /** The examples of its responses, by name. */
  readonly examples: { readonly [name: string]: Example }
  readonly scenarios: Scenarios
}

/** A parameter of a request, as far as it is checked. */
export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly example: unknown
  /** The example of the response to a malformed value. */
  readonly errorExample: string
  readonly validate: Validator
}

/** A header that a response declares. */
export interface ResponseHeader {
  readonly required: boolean
  readonly example: unknown
  readonly validate: Validator
}

/** A named example of a response. */
export interface Example {
  readonly status: number
  readonly body: unknown
  /**
   * What triggers it: the request alone, a state of the server, its rate limit, its failure, or a
   * well-formed value of a parameter that identifies nothing.
   */
  readonly trigger: 'request' | 'state' | 'limit' | 'failure' | { readonly unknown: string }
  /** The suffix of the id that selects it at a mock, and its title. */
  readonly scenario: { readonly id: string; readonly title: string }
}

/** How scenarios are selected at a mock: the value of the parameter is the prefix followed by a scenario's id. */
export interface Scenarios {
  readonly parameter: string
  readonly prefix: string
  /** Scenarios with several responses, one per call, or with a delayed one. */
  readonly sequences: readonly {
    readonly id: string
    readonly title: string
    readonly responses: readonly { readonly example: string; readonly waitSeconds?: number }[]
  }[]
}

/** Each status that the contract declares for the operation. */
export type Status<Id extends OperationId = OperationId> = Id extends OperationId
  ? keyof OperationTypes[Id]['responses'] & number
  : never

/** The one status of a success. */
export type SuccessStatus<Id extends OperationId = OperationId> = Id extends OperationId
  ? OperationValues[Id]['successStatus'] & Status<Id>
  : never

/** Each status of an error. */
export type ErrorStatus<Id extends OperationId = OperationId> = Exclude<
  Status<Id>,
  SuccessStatus<Id>
>

type ContentOf<Message> = Message extends { content: infer Content }
  ? Content[keyof Content]
  : never

/** The body of a response with this status; without one, the union that narrows by `status_code`. */
export type ResponseBody<
  Id extends OperationId = OperationId,
  S extends Status<Id> = Status<Id>,
> = Id extends OperationId
  ? {
      [Each in S & keyof OperationTypes[Id]['responses']]: ContentOf<
        OperationTypes[Id]['responses'][Each]
      >
    }[S & keyof OperationTypes[Id]['responses']]
  : never

/** The body of a request; `never` where the operation takes none. */
export type RequestBody<Id extends OperationId = OperationId> = Id extends OperationId
  ? ContentOf<NonNullable<OperationTypes[Id]['requestBody']>>
  : never

type ParametersIn<
  Id extends OperationId,
  Part extends 'path' | 'query' | 'header',
> = Id extends OperationId
  ? [NonNullable<OperationTypes[Id]['parameters'][Part]>] extends [never]
    ? object // none, and an intersection with others is just the others
    : NonNullable<OperationTypes[Id]['parameters'][Part]>
  : never

/** The ids in the path. */
export type PathParameters<Id extends OperationId = OperationId> = ParametersIn<Id, 'path'>

/** The query, as far as the contract declares it. */
export type QueryParameters<Id extends OperationId = OperationId> = ParametersIn<Id, 'query'>

/** The headers of a request, as far as the contract declares them. */
export type HeaderParameters<Id extends OperationId = OperationId> = ParametersIn<Id, 'header'>

/** The names of the headers that carry a session. */
export type SessionHeader<Id extends OperationId = OperationId> = Id extends OperationId
  ? OperationValues[Id]['sessionHeaders'][keyof OperationValues[Id]['sessionHeaders']]
  : never

type Examples<Id extends OperationId> = OperationValues[Id]['examples']

/** The names of an operation's examples, of one status or of all. For an error, they are the documented `error_type`s. */
export type ExampleName<
  Id extends OperationId = OperationId,
  S extends number = number,
> = Id extends OperationId
  ? {
      [Name in keyof Examples<Id>]: Examples<Id>[Name] extends { status: S } ? Name : never
    }[keyof Examples<Id>]
  : never

/**
 * Expands the path template of an operation. The caller has to reject or encode the values `.` and
 * `..`, since URL parsers remove such segments from a path.
 *
 * @param encode encodes a value as a path segment
 * @example
 * expandPath(revokeConnectedApp, { organization_id: 'acme', member_id: 'a|b', connected_app_id: 'app' })
 * // '/v1/b2b/organizations/acme/members/a%7Cb/connected_apps/app/revoke'
 */
export function expandPath<Id extends OperationId>(
  { path }: ClientOperation<Id>,
  values: PathParameters<Id> | ValuesByName<Id>,
  encode: (value: string) => string = encodeURIComponent,
): string {
  const texts = values as Record<string, string> // safe: every path parameter is a string
  return path.replaceAll(/\{([^}]*)\}/g, (_, name: string) => encode(texts[name] ?? ''))
}

// If the type does not tell which operation it is, the names of its parameters are not known either.
type ValuesByName<Id extends OperationId> = [OperationId] extends [Id]
  ? { readonly [name: string]: string }
  : never
