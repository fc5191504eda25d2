import { composed } from './constant.ts'
import type { Contract } from './contract-document.ts'

/** What a program must know of the operation at run time. */
export function operationModule({ document, path, method, operation }: Contract): string {
  return composed('operation', 'The one operation of the contract.', {
    operationId: operation.operationId,
    method: method.toUpperCase(),
    path,
    servers: document.servers.map((server) => server.url),
    statuses: Object.keys(operation.responses).map(Number),
    mediaType: Object.keys(operation.requestBody.content)[0],
    parameters: operation.parameters.map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      required: parameter.required,
      errorType: parameter['x-error-type'],
    })),
    responseHeaders: Object.fromEntries(
      Object.entries(operation.responses).map(([status, { headers = {} }]) => [
        status,
        Object.keys(headers),
      ]),
    ),
    security: operation.security.flatMap((requirement) =>
      Object.keys(requirement).map((name) => ({
        name,
        ...schemeOf(document.components.securitySchemes, name),
      })),
    ),
  })
}

function schemeOf(schemes: Contract['document']['components']['securitySchemes'], name: string) {
  const scheme = schemes[name]
  if (!scheme) throw new Error(`the security scheme ${name} is not defined`)
  return { type: scheme.type, scheme: scheme.scheme }
}
