import { checkParameter, checkRequestBody } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import type { CaseRequest } from './send/request.ts'

/** A malformed request, and the name of the example of the response to it. */
export interface MalformedRequest {
  example: string
  name: string
  request: CaseRequest
}

type Parameter = Operation['parameters'][string]

/** Each parameter, each group of exclusive headers, and the body, malformed in every way that applies. */
export function malformedRequests(operation: Operation): MalformedRequest[] {
  return [
    ...malformedBodies(operation),
    ...Object.entries(operation.parameters).flatMap(([name, parameter]) =>
      malformedParameters(name, parameter),
    ),
    ...operation.exclusiveHeaders.map(({ headers, example }) => ({
      example,
      name: headers.join(' and '),
      request: {
        parameters: Object.fromEntries(
          headers.map((name) => [name, String(operation.parameters[name]?.example)]),
        ),
      },
    })),
  ]
}

function malformedBodies(operation: Operation): MalformedRequest[] {
  const { request, requestBody, malformedExample: example } = operation
  if (request === undefined || requestBody === undefined) return []
  const { mediaType } = requestBody
  const malformed = (name: string, body: CaseRequest['body'] & {}) => ({
    example,
    name,
    request: { body },
  })
  return [
    ...(request.required ? [malformed('no body', 'none')] : []),
    malformed('a truncated body', { mediaType, text: '{"member_id' }),
    ...(checkRequestBody(operation, []).length === 0
      ? []
      : [malformed('a body that is an array', { mediaType, text: '[]' })]),
    malformed('a body of another media type', { mediaType: 'text/plain', text: 'text' }),
  ]
}

function malformedParameters(name: string, parameter: Parameter): MalformedRequest[] {
  const { in: location, required, errorExample: example } = parameter
  const values = [
    // HTTP software removes these segments from a path.
    ...(location === 'path' ? ['.', '..'] : []).map((value) => ({
      value,
      description: `"${value}"`,
    })),
    { value: 'not well-formed', description: 'with a space' },
    ...tooLongValues(parameter),
  ]
  const omitted = { example, name: `no ${name}`, request: { parameters: { [name]: null } } }
  return [
    ...(required && location !== 'path' ? [omitted] : []),
    ...values
      .filter(({ value }) => checkParameter(parameter, value).length > 0)
      .map(({ value, description }) => ({
        example,
        name: `${name} ${description}`,
        request: { parameters: { [name]: value } },
      })),
  ]
}

/** Longer values are not sent, since servers limit the length of a URL or of headers themselves. */
const maxLength = 2048

/** The shortest value that is too long; none if the schema does not limit the length. */
function tooLongValues(parameter: Parameter): { value: string; description: string }[] {
  const isWellFormed = (value: string) => checkParameter(parameter, value).length === 0
  for (let value = 'aa'; value.length <= maxLength; value += 'a') {
    if (isWellFormed(value.slice(1)) && !isWellFormed(value)) {
      return [{ value, description: `of ${value.length} characters` }]
    }
  }
  return []
}
