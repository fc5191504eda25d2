import type { Operation } from '@connected-apps/contract'
import { exampleRequest } from '../src/snippets/example-request.ts'

/** Credentials for the mock, which accepts any. */
export const authorization = `Basic ${btoa('project-test-1:secret-test-1')}`

/** What differs from the example of a request. */
export interface CallOptions extends Omit<RequestInit, 'headers'> {
  /** Values of parameters. */
  values?: Record<string, string>
  /** Appended to the target; starts with a question mark. */
  query?: string
  headers?: Record<string, string>
}

/** Calls an operation with fetch, and reads the complete response. */
export async function call(
  baseUrl: string,
  operation: Operation,
  { values, query = '', ...init }: CallOptions = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const { target, method, ...example } = exampleRequest(operation, values)
  const headers = new Headers({ authorization, ...example.headers })
  // The example's media type is that of the example's body.
  if (init.body !== undefined) headers.delete('content-type')
  for (const [name, value] of Object.entries(init.headers ?? {})) headers.set(name, value)
  const response = await fetch(
    baseUrl + target + (target.includes('?') ? query.replace('?', '&') : query),
    {
      method,
      // fetch sends no body with the method of another request.
      ...(example.body !== undefined && init.method === undefined && { body: example.body }),
      ...init,
      headers,
    },
  )
  const text = await response.text()
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, body }
}
