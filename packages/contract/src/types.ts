import type { operation } from './generated/operation.ts'
import type { operations } from './generated/types.ts'

type Operation = operations['revokeConnectedApp']

/** Each status that the contract declares. */
export type Status = keyof Operation['responses']

/** The status of a revoke that is in effect. */
export type SuccessStatus = 200

/** Each status of an error. */
export type ErrorStatus = Exclude<Status, SuccessStatus>

/** The body of an answer with this status; `ResponseBody` alone is the union that narrows by `status_code`. */
export type ResponseBody<S extends Status = Status> = {
  [Each in S]: Operation['responses'][Each]['content']['application/json']
}[S]

/** What names the Organization, the Member and the Connected App. */
export type PathParameters = Operation['parameters']['path']

/** The two session headers, of which at most one is sent. */
export type HeaderParameters = NonNullable<Operation['parameters']['header']>

/** The name of a path or header parameter, as the contract writes it. */
export type ParameterName = (typeof operation.parameters)[number]['name']
