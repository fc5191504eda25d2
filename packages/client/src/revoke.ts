import type { PathParameters, ResponseBody, SuccessStatus } from '@connected-apps/contract'
import type { RevokeOptions } from './options.ts'

// Everything in this package that is specific to the operation, except its options.
export { operationId, path } from '@connected-apps/contract/compact'

/** The client's method, as error messages name it. */
export const METHOD = 'revoke'
export const SUCCESS_STATUS: SuccessStatus = 200
export const PARAM_NAMES = ['organization_id', 'member_id', 'connected_app_id'] as const

/** The Connected App whose access ends, the Member it has access to, and the Member's Organization. */
export type RevokeParams = PathParameters

/** The body of a successful response. */
export type RevokeResponse = ResponseBody<SuccessStatus>

export type Revoke = (params: RevokeParams, options?: RevokeOptions) => Promise<RevokeResponse>
