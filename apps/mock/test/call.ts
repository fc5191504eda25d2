import type { PathParameters } from '@connected-apps/contract'
import { examplePath } from '../src/example-request.ts'

/** Credentials that any project may use against the mock. */
export const authorization = `Basic ${btoa('project-test-1:secret-test-1')}`

/** Calls revoke as a plain client would, and reads the answer whole. */
export async function callRevoke(
  baseUrl: string,
  {
    ids = {},
    query = '',
    ...init
  }: Omit<RequestInit, 'headers'> & {
    ids?: Partial<PathParameters>
    query?: string
    headers?: Record<string, string>
  } = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`${baseUrl}${examplePath(ids)}${query}`, {
    method: 'POST',
    ...init,
    headers: { authorization, ...init.headers },
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
