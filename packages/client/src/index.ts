export { B2BClient } from './b2b-client.ts'
export type { B2BClientConfig, Fetch } from './config.ts'
export type {
  ErrorStatus,
  OperationId,
  ResponseBody,
  Status,
  Violation,
} from '@connected-apps/contract'
export { ConnectedAppsError } from './errors.ts'
export type {
  AbortedError,
  ArgumentError,
  DecodeError,
  DecodeReason,
  ErrorType,
  HttpError,
  NetworkError,
  TimeoutError,
} from './errors.ts'
export type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from './hooks.ts'
export type * from './generated/methods.ts'
export type { Authorization } from './options.ts'
