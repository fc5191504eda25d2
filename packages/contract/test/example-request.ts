import type { Operation, ReceivedRequest } from '../src/index.ts'

/** The examples of an operation's path parameters. */
export function examplePath(operation: Operation): Record<string, string> {
  return Object.fromEntries(valuesIn(operation, 'path'))
}

/** The examples of an operation's headers, as many as may be sent at once. */
function exampleHeaders(operation: Operation): Headers {
  const excluded = operation.exclusiveHeaders.flatMap(({ headers }) => headers.slice(1))
  return new Headers(valuesIn(operation, 'header').filter(([name]) => !excluded.includes(name)))
}

/** A request that satisfies the contract, with the first example of a body where one is required. */
export function exampleRequest(operation: Operation): ReceivedRequest & { headers: Headers } {
  const { request, requestBody } = operation
  const headers = exampleHeaders(operation)
  const query = new URLSearchParams(valuesIn(operation, 'query'))
  const given = { path: examplePath(operation), query, headers }
  if (!request?.required || !requestBody) return { ...given, body: '' }
  headers.set('content-type', requestBody.mediaType)
  return { ...given, body: JSON.stringify(Object.values(request.examples)[0]) }
}

function valuesIn({ parameters }: Operation, part: string): [name: string, value: string][] {
  return Object.entries(parameters)
    .filter(([, parameter]) => parameter.in === part)
    .map(([name, { example }]) => [name, String(example)])
}
