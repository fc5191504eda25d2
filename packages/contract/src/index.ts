export { hasMediaType, parseBody } from './body.ts'
export { parseBasicCredentials } from './credentials.ts'
export type { Credentials } from './credentials.ts'
export { expandPath } from './operation.ts'
export type {
  ClientOperation,
  ErrorStatus,
  Example,
  ExampleName,
  HeaderParameters,
  Operation,
  OperationId,
  PathParameters,
  QueryParameters,
  RequestBody,
  ResponseBody,
  Scenarios,
  SessionHeader,
  Status,
  SuccessStatus,
} from './operation.ts'
export { checkParameter, checkRequest, checkRequestBody } from './request.ts'
export type { ReceivedRequest, RequestViolation } from './request.ts'
export {
  checkResponse,
  checkResponseBody,
  checkResponseContent,
  checkResponseHeaders,
  declaresStatus,
} from './response.ts'
export type { ReceivedHeaders, ReceivedResponse, ResponseViolation } from './response.ts'
export { serverFor } from './servers.ts'
export type { paths } from './generated/types.ts'
export type { Violation } from './violation.ts'
