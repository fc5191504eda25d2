import type { PathParameters } from '@connected-apps/contract'
import { parameterExamples } from '@connected-apps/contract/examples'
import { examplePath } from '../src/example-request.ts'

/** Credentials that any project may use against the mock. */
export const authorization = `Basic ${btoa('project-test-1:secret-test-1')}`

/** The contract's example ids, alone. */
export const exampleIds: PathParameters = {
  organization_id: parameterExamples.organization_id,
  member_id: parameterExamples.member_id,
  connected_app_id: parameterExamples.connected_app_id,
}

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
