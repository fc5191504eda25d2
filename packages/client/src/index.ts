export { B2BClient } from './b2b-client.ts'
export { createClient } from './client.ts'
export type { Client, Method, TryMethod } from './client.ts'
export type { B2BClientConfig } from './config.ts'
export type {
  ErrorStatus,
  OperationId,
  ResponseBody,
  ResponseViolation,
  Status,
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
  NonconformingHttpError,
  TimeoutError,
} from './errors.ts'
export type { Fetch, FetchInit, FetchResponse } from './fetch.ts'
export type { ExtraHeaders } from './headers.ts'
export type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from './hooks.ts'
export * from './generated/operations.ts'
export type { Authorization } from './options.ts'
