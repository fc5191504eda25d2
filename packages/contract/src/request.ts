export { checkRequest } from './check-request.ts'
export type { ReceivedRequest, RequestViolation } from './check-request.ts'
export { checkParameter, checkRequestBody } from './request-parts.ts'
