import { constant } from './constant.ts'
import type { Contract, MediaType, Parameter } from './contract-document.ts'

/** The contract's examples as data. */
export function examplesModule({ operation }: Contract): string {
  const bodies = Object.entries(operation.responses).map(([status, response]) => [
    status,
    examplesOf(response.content),
  ])
  const headers = Object.entries(operation.responses).map(
    ([status, { headers: declared = {} }]) => [
      status,
      Object.fromEntries(Object.entries(declared).map(([name, header]) => [name, header.example])),
    ],
  )
  const parametersIn = (place: Parameter['in']) =>
    operation.parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, example }) => [name, example])
  return [
    constant(
      'responseExamples',
      'Each named example of a response body, by status and name.',
      Object.fromEntries(bodies),
    ),
    constant(
      'responseHeaderExamples',
      'The example of each response header, by status and name.',
      Object.fromEntries(headers),
    ),
    constant(
      'requestBodyExamples',
      'Each named example of a request body, by name.',
      examplesOf(operation.requestBody.content),
    ),
    constant(
      'pathParameterExamples',
      'The example of each path parameter, by name.',
      Object.fromEntries(parametersIn('path')),
    ),
    constant(
      'headerParameterExamples',
      'The example of each header parameter, by name.',
      Object.fromEntries(parametersIn('header')),
    ),
  ].join('')
}

function examplesOf(content: Record<string, MediaType>): Record<string, unknown> {
  return Object.fromEntries(
    Object.values(content).flatMap(({ examples }) =>
      Object.entries(examples).map(([name, example]) => [name, example.value]),
    ),
  )
}
