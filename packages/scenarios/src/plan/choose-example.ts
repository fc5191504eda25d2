import type { ExampleName, Operation } from '@connected-apps/contract'

/** The names of an operation's examples, of one status or of all. Prism's default is the first. */
export function examplesOf({ examples }: Operation, status?: number | string): ExampleName[] {
  const names = Object.keys(examples) as ExampleName[] // safe: it is the type of these keys
  if (status === undefined) return names
  return names.filter((name) => String(examples[name]?.status) === String(status))
}

/** The example that is sent when the operation's rate limit is exceeded, or when its server fails. */
export function triggeredExample(
  operation: Operation,
  trigger: 'limit' | 'failure',
): ExampleName | undefined {
  return examplesOf(operation).find((name) => operation.examples[name]?.trigger === trigger)
}

/** A choice that is invalid; the error lists the valid ones. */
export interface InvalidChoice {
  error: string
}

/** The example of that name, or the first one of that status; undefined if neither is given. */
export function chooseExample(
  operation: Operation,
  status: string | undefined,
  name: string | undefined,
): ExampleName | InvalidChoice | undefined {
  if (status === undefined && name === undefined) return undefined
  const candidates = examplesOf(operation, status)
  const [first] = candidates
  if (!first) {
    const statuses = Object.keys(operation.responseBodies)
    return { error: `${operation.operationId} has the statuses ${statuses.join(', ')}` }
  }
  const chosen = name === undefined ? first : candidates.find((candidate) => candidate === name)
  if (chosen) return chosen
  return { error: `${status ?? operation.operationId} has the examples ${candidates.join(', ')}` }
}

/** A response that an example describes. */
export interface ExampleResponse {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** Creates the response that an example describes, with exactly the contract's values. */
export function exampleResponse(operation: Operation, name: string): ExampleResponse {
  const example = operation.examples[name]
  if (!example) throw new Error(`${operation.operationId} has no example ${name}`)
  const { status, body } = example
  const declared = Object.entries(operation.responseHeaders[status] ?? {})
  const headers = declared.map(([header, { example: value }]) => [header, String(value)])
  return {
    status,
    headers: { 'content-type': operation.mediaType, ...Object.fromEntries(headers) },
    body,
  }
}
