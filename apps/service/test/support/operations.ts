import type { Operation, PathParameters } from '@connected-apps/contract'
import { checkResponse, expandPath } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { expect } from 'vitest'
import type { Tenant } from './tenant.ts'

/** The operations of the contract by their titles, for `describe.each`. */
export const operationsByTitle = allOperations.map((each): [string, Operation] => [
  each.summary,
  each,
])

/** An operation, where it doesn't matter which. */
export const [anyOperation] = allOperations as [Operation, ...Operation[]] // a contract has one

/** Whose credentials and ids a valid request has. */
export type Target = Pick<
  Tenant,
  'projectId' | 'secret' | 'organizationId' | 'memberId' | 'publicAppId'
>

/** What a test changes of a valid request. Path parameters are percent-encoded by the test. */
export interface RequestChanges {
  path?: Record<string, string>
  headers?: Record<string, string>
  body?: NonNullable<RequestInit['body']>
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The values for every path parameter that an operation may have. */
export function idsOf({ organizationId, memberId, publicAppId }: Target) {
  return { organization_id: organizationId, member_id: memberId, connected_app_id: publicAppId }
}

/** The path of an operation, without encoding the values. */
export function pathFor(operation: Operation, values: Record<string, string>): string {
  return expandPath(operation, values as PathParameters, (value) => value) // the caller gives them all
}

/** Sends a request of an operation, by default a valid one with the project's credentials. */
export function send(
  operation: Operation,
  url: string,
  target: Target,
  { path, headers, body }: RequestChanges = {},
): Promise<Response> {
  return fetch(url + pathFor(operation, { ...idsOf(target), ...path }), {
    method: operation.method,
    headers: { authorization: basic(target.projectId, target.secret), ...headers },
    ...(body !== undefined && { body }),
  })
}

/** The status and error type of a response, once it is verified to match the contract. */
export async function outcomeOf(operation: Operation, response: Response): Promise<string> {
  const { status, headers } = response
  const text = await response.text()
  expect(checkResponse(operation, { status, headers, body: text })).toEqual([])
  const body = JSON.parse(text) as { error_type?: string; request_id: string }
  expect(body.request_id).toMatch(/^request-id-test-[0-9a-f-]{36}$/)
  return `${status} ${body.error_type ?? 'ok'}`
}

/** The outcome that the contract's example of this name stands for. */
export function outcomeNamed({ examples }: Operation, name = ''): string {
  return `${examples[name]?.status} ${name}`
}

/** The outcome of a request in which one of these parameters names nothing. */
export function outcomeOfUnknown(operation: Operation, ...parameters: string[]): string {
  const found = Object.entries(operation.examples).find(
    ([, { trigger }]) => typeof trigger === 'object' && parameters.includes(trigger.unknown),
  )
  return outcomeNamed(operation, found?.[0])
}

/** The outcome of a request without valid credentials. */
export function outcomeOfUnauthorized(operation: Operation): string {
  return outcomeNamed(operation, operation.security[0]?.example)
}

/** The headers of a request that carries this session token. */
export function withToken({ sessionHeaders }: Operation, token: string): Record<string, string> {
  return { [sessionHeaders.token ?? '']: token }
}

/** The headers of a request that carries this session JWT. */
export function withJwt({ sessionHeaders }: Operation, jwt: string): Record<string, string> {
  return { [sessionHeaders.jwt ?? '']: jwt }
}
