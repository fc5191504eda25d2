import { expandPath } from '@connected-apps/contract'
import type { Operation, PathParameters } from '@connected-apps/contract'

/** A request to an operation, with the contract's examples for all that is required. */
export interface ExampleRequest {
  method: string
  /** Path and query. */
  target: string
  headers: Record<string, string>
  body?: string
}

/** The example of a request; `values` of parameters take precedence over the contract's. */
export function exampleRequest(
  operation: Operation,
  values: { readonly [name: string]: string } = {},
): ExampleRequest {
  const { method, parameters, request, requestBody } = operation
  const sent = (part: 'path' | 'query' | 'header') =>
    Object.entries(parameters)
      .filter(([name, each]) => each.in === part && (each.required || name in values))
      .map(([name, { example }]): [string, string] => [name, values[name] ?? String(example)])
  const path = Object.fromEntries(sent('path')) as PathParameters // path parameters are required
  const query = new URLSearchParams(sent('query')).toString()
  const [body] = request?.required ? Object.values(request.examples) : []
  return {
    method,
    target: expandPath(operation, path) + (query && `?${query}`),
    headers: {
      ...Object.fromEntries(sent('header')),
      ...(body !== undefined && { 'Content-Type': requestBody?.mediaType ?? '' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
}
