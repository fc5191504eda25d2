import type { HeaderParameters, ParameterName, PathParameters } from '@connected-apps/contract'
import { isContractMediaType, operation, parseBody } from '@connected-apps/contract'
import { checkParameter, checkRequestBody } from '@connected-apps/contract/request'
import type { Answer } from './answer.ts'

/** A request as it came, before anything in it is believed. */
export interface ReceivedRequest {
  path: PathParameters
  headers: HeaderParameters
  contentType: string | undefined
  contentEncoding: string | undefined
  /** Undefined if it was longer than the service reads, or never came completely. */
  body: Uint8Array | undefined
}

/** Finds the first thing that is wrong with a request's form. Knows nothing of the database. */
export function findFormError(request: ReceivedRequest): Answer | undefined {
  const { path, headers } = request
  const values: Partial<Record<ParameterName, string>> = { ...path, ...headers }
  for (const { name, errorType, required } of operation.parameters) {
    const value = values[name]
    if (value === undefined && !required) continue
    if (checkParameter(name, value).length > 0) return { name: errorType }
  }
  if (Object.keys(headers).length > 1) return { name: 'too_many_session_arguments' }
  if (!isAcceptable(request)) return { name: 'bad_request' }
  return undefined
}

function isAcceptable({ body, contentType, contentEncoding }: ReceivedRequest): boolean {
  if (body === undefined) return false
  if (body.length === 0) return true
  // Nothing is decompressed: a body of this size has no need of it.
  if (contentEncoding !== undefined || !isContractMediaType(contentType)) return false
  const parsed = parseBody(body)
  return 'value' in parsed && checkRequestBody(parsed.value).length === 0
}
