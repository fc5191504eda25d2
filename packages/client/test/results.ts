import { inspect } from 'node:util'
import type { B2BClientConfig } from '@connected-apps/client'
import type { Operation, OperationId } from '@connected-apps/contract'
import { declaresStatus } from '@connected-apps/contract'
import type { Result } from '../src/client.ts'
import { connectTo } from './client.ts'
import { listen } from './loopback.ts'
import { paramsOf } from './operations.ts'

/** What a server sends. */
export interface SentResponse {
  status: number
  /** The value of Content-Type; by default that of the operation, and null for none. */
  type?: string | null
  headers?: Record<string, string>
  /** A value that is neither a text nor bytes is sent as JSON. */
  body?: unknown
}

/** What the client makes of a response to its only attempt. */
export async function resultOf(
  operation: Operation,
  { status, type = operation.mediaType, headers = {}, body = '' }: SentResponse,
  config: Partial<B2BClientConfig> = {},
): Promise<Result<OperationId>> {
  const server = await listen((_, response) => {
    response.writeHead(status, { ...(type !== null && { 'content-type': type }), ...headers })
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  })
  const { tryCall } = connectTo(operation, server.url, { maxRetries: 0, ...config })
  return tryCall(paramsOf(operation))
}

/** The status, or the next one that the operation does not declare. */
export function undeclared(operation: Operation, status: number): number {
  return declaresStatus(operation, status) ? undeclared(operation, status + 1) : status
}

/** Every text form in which a value can end up in a log. */
export function textOf(value: unknown): string {
  const { message, stack, cause } = Object(value)
  const inspected = inspect(value, { showHidden: true, depth: null, getters: true })
  return [value, message, stack, cause, inspected, inspect(value), JSON.stringify(value)].join('\n')
}
