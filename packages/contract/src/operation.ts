import type { operations as generated } from './generated/operations.ts'
import type { operations as described } from './generated/types.ts'
import type { Validator } from './violation.ts'

// What openapi-typescript makes of each operation, and what the code generation does.
type OperationTypes = described
type OperationValues = typeof generated

/** The `operationId` of each operation of the contract. */
export type OperationId = keyof OperationValues

/** What a client needs of an operation; `@connected-apps/contract/operations/NAME` has one each. */
export interface ClientOperation<Id extends OperationId = OperationId> {
  readonly operationId: Id
  readonly method: string
  /** The path template, as the document writes it. */
  readonly path: string
  /** The client's method for it, such as `organizations.members.getConnectedApps`. */
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

/** Everything that the contract says of an operation; `@connected-apps/contract/operations` has all. */
export interface Operation<Id extends OperationId = OperationId> extends ClientOperation<Id> {
  /** Its title. */
  readonly summary: string
  /** What the roles of a session must hold; `self` is the resource that covers only oneself. */
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
  /** The example for a malformed request that no other example is for. */
  readonly malformedExample: string
  /** Of each group of headers a request may carry one; another one too gets the example. */
  readonly exclusiveHeaders: readonly {
    readonly headers: readonly string[]
    readonly example: string
  }[]
  readonly request?: {
    readonly required: boolean
    readonly examples: { readonly [name: string]: unknown }
    readonly validate: Validator
  }
  /** The declared headers of each status. */
  readonly responseHeaders: {
    readonly [status: number]: { readonly [name: string]: ResponseHeader }
  }
  /** The named examples of its responses. */
  readonly examples: { readonly [name: string]: Example }
  readonly scenarios: Scenarios
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly example: unknown
  /** The example that a malformed value gets. */
  readonly errorExample: string
  readonly validate: Validator
}

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
   * What brings it about: a request of the wrong form, a state of the server, its rate limit, its
   * failure, or a well-formed value of a parameter that names nothing.
   */
  readonly trigger: 'request' | 'state' | 'limit' | 'failure' | { readonly unknown: string }
  /** The end of the id that selects it at a mock, and its title. */
  readonly scenario: { readonly id: string; readonly title: string }
}

/** How examples are selected at a mock: the parameter's value is the prefix and a scenario's id. */
export interface Scenarios {
  readonly parameter: string
  readonly prefix: string
  /** Scenarios of several responses, call by call, or of one that has to be waited for. */
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

/** The names of an operation's examples, of one status or of all: for an error, its known `error_type`s. */
export type ExampleName<
  Id extends OperationId = OperationId,
  S extends number = number,
> = Id extends OperationId
  ? {
      [Name in keyof Examples<Id>]: Examples<Id>[Name] extends { status: S } ? Name : never
    }[keyof Examples<Id>]
  : never

/**
 * The operation's path with these values in it. The segments `.` and `..`, which URL parsers take
 * out of a path, are the caller's to reject or to encode.
 *
 * @param encode how a value becomes a segment
 * @example
 * expandPath(revokeConnectedApp, { organization_id: 'acme', member_id: 'a|b', connected_app_id: 'app' })
 * // '/v1/b2b/organizations/acme/members/a%7Cb/connected_apps/app/revoke'
 */
export function expandPath<Id extends OperationId>(
  { path }: ClientOperation<Id>,
  values: PathParameters<Id> | ValuesByName<Id>,
  encode: (value: string) => string = encodeURIComponent,
): string {
  const texts = values as Record<string, string> // every path parameter is text
  return path.replaceAll(/\{([^}]*)\}/g, (_, name: string) => encode(texts[name] ?? ''))
}

// Where it is not known which operation it is, its parameters have no types of their own.
type ValuesByName<Id extends OperationId> = [OperationId] extends [Id]
  ? { readonly [name: string]: string }
  : never
