export { operation } from './generated/operation.ts'
export type { paths } from './generated/types.ts'
export { isContractMediaType } from './media-type.ts'
export { headerParameterNames, pathParameterNames } from './parameters.ts'
export { expandPath, matchPath } from './path.ts'
export { isStatus } from './status.ts'
export type {
  ErrorStatus,
  HeaderParameters,
  ParameterName,
  PathParameters,
  ResponseBody,
  Status,
  SuccessStatus,
} from './types.ts'
export { parseBody } from './body.ts'
export { checkResponse } from './check-response.ts'
export type { ReceivedResponse, ResponseViolation } from './check-response.ts'
export { checkResponseBody, checkResponseHeaders } from './response.ts'
export type { ReceivedHeaders } from './response.ts'
export type { Violation } from './violation.ts'
