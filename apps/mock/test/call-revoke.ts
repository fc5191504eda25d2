import type { PathParameters } from '@connected-apps/contract'
import { examplePath } from '../src/mock/example-request.ts'

/** Credentials for the mock, which accepts any. */
export const authorization = `Basic ${btoa('project-test-1:secret-test-1')}`

/** Calls the revoke operation with fetch, and reads the complete response. */
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
