import type {
  OperationId,
  PathParameters,
  ResponseBody,
  SuccessStatus,
} from '@connected-apps/contract'
import type { SessionContext } from '../lookup.ts'

/** A request that every check has allowed. */
export interface AuthorizedRequest<Id extends OperationId = OperationId> {
  operationId: OperationId
  projectId: string
  /** The ids of what the path names, whatever form of identifier the request has. */
  ids: PathParameters<Id>
  /** The session that authorizes it, if the request carries one. */
  session: SessionContext | undefined
  requestId: string
}

/** The body of a success, without what every response has. */
export type ResponseData<Id extends OperationId = OperationId> = Id extends OperationId
  ? Omit<ResponseBody<Id, SuccessStatus<Id>>, 'status_code' | 'request_id'>
  : never

/** Performs an operation. @returns the body of the response to it */
export type Handler<Id extends OperationId = OperationId> = (
  request: AuthorizedRequest<Id>,
) => Promise<ResponseData<Id>>
