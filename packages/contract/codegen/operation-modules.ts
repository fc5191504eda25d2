import { exclusionsOf } from './consistency.ts'
import type { Contract, Example, Operation } from './contract.ts'
import { examplesOf } from './contract.ts'
import type { LocatedNode } from './document.ts'
import type { UsedSchemas } from './schema-names.ts'
import { nameOf } from './schema-names.ts'
import { accessOf, code, commentText, kebab, literal } from './source.ts'

/** The module with what a client needs of an operation; a bundler can drop each on its own. */
export function operationModule(operation: Operation, { responseBodies }: UsedSchemas): string {
  const { operationId, parameters, requestBody, responses } = operation
  const used = responseBodies.filter(({ users }) => users.has(operationId))
  const namesIn = (location: string) =>
    parameters.filter((parameter) => parameter.in === location).map(({ name }) => name)
  const facts = {
    operationId,
    method: operation.method,
    path: operation.path,
    clientMethod: operation.clientMethod,
    safety: operation.safety,
    pathParameters: namesIn('path'),
    queryParameters: namesIn('query'),
    headerParameters: namesIn('header'),
    sessionHeaders: Object.fromEntries(
      parameters.flatMap(({ name, session }) => (session ? [[session, name]] : [])),
    ),
    requestBody: requestBody && {
      mediaType: requestBody.mediaType,
      properties: requestBody.properties,
    },
    mediaType: operation.mediaType,
    successStatus: operation.successStatus,
    responseBodies: Object.fromEntries(
      responses.map(({ status, schema }) => [status, code(nameOf(responseBodies, schema))]),
    ),
  }
  return [
    importOf(
      `../response-bodies/${kebab(operationId)}.ts`,
      used.filter(({ users }) => users.size === 1),
    ),
    importOf(
      '../response-bodies/shared.ts',
      used.filter(({ users }) => users.size > 1),
    ),
    `\n/** *${commentText(operation.summary)}*: what a client needs of it. */\n`,
    `export const ${operationId} = ${literal(facts)} as const\n`,
  ].join('')
}

function importOf(file: string, exported: { name: string }[]): string {
  const names = exported.map(({ name }) => name).join(', ')
  return names && `import { ${names} } from '${file}'\n`
}

/** The module with everything about every operation, for servers and tests. */
export function operationsModule(contract: Contract, schemas: UsedSchemas): string {
  const examples = contract.operations.flatMap(examplesOf)
  const shared = sharedExamples(examples)
  const sourceOf = (example: Example) => {
    const name = shared.get(keyOf(example))
    return name === undefined ? dataOf(example) : code(`shared${accessOf(name)}`)
  }
  const errorOf = (name: string) => {
    const found = examples.find((example) => example.name === name)
    return found && { example: name, status: found.status, body: found.body }
  }
  const facts = {
    title: contract.title,
    version: contract.version,
    malformed: errorOf(contract.malformed),
    unmatched: errorOf(contract.unmatched),
  }
  const sharedData = Object.fromEntries(
    examples.flatMap((example) => {
      const name = shared.get(keyOf(example))
      return name === undefined ? [] : [[name, dataOf(example)]]
    }),
  )
  const all = contract.operations.map((operation) => {
    const { operationId } = operation
    const details = literal(detailsOf(contract, operation, schemas, sourceOf), '  ')
    return `  ${operationId}: {\n    ...${operationId},${details.slice(1)},\n`
  })
  return [
    ...contract.operations.map(({ operationId }) =>
      importOf(`./operations/${kebab(operationId)}.ts`, [{ name: operationId }]),
    ),
    // These names cannot collide with an operationId, which has two words or more.
    `import * as bodies from './request-bodies.ts'\n`,
    `import * as texts from './texts.ts'\n`,
    `\n/** What is true of the contract as a whole. */\nexport const contract = ${literal(facts)} as const\n`,
    `\nconst shared = ${literal(sharedData)} as const\n`,
    `\n/** Every operation of the contract, by its operationId. */\nexport const operations = {\n${all.join('')}} as const\n`,
  ].join('')
}

/** The names of examples that several operations refer to, by their status and where they are defined. */
function sharedExamples(examples: Example[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const keys = examples.map(keyOf)
  for (const [index, { name }] of examples.entries()) {
    const key = `${keys[index]}`
    if (keys.indexOf(key) === keys.lastIndexOf(key) || names.has(key)) continue
    names.set(key, [...names.values()].includes(name) ? `${name} of ${key}` : name)
  }
  return names
}

function keyOf({ pointer, status }: Example): string {
  return `${status} ${pointer}`
}

function detailsOf(
  { malformed, exclusiveHeaders }: Contract,
  operation: Operation,
  { requestBodies, texts }: UsedSchemas,
  sourceOf: (example: Example) => unknown,
): object {
  const { parameters, requestBody, responses, security } = operation
  const validateText = (schema: LocatedNode) => code(`texts.${nameOf(texts, schema)}`)
  return {
    summary: operation.summary,
    permission: operation.permission,
    security: security.map(({ name, scheme, errorType }) => ({ name, scheme, example: errorType })),
    parameters: Object.fromEntries(
      parameters.map(({ name, in: where, required, example, errorType, schema }) => [
        name,
        {
          in: where,
          required,
          example,
          errorExample: errorType,
          validate: validateText(schema),
        },
      ]),
    ),
    malformedExample: malformed,
    exclusiveHeaders: exclusionsOf(exclusiveHeaders, operation).map((each) => ({
      headers: each.headers,
      example: each['error-type'],
    })),
    request: requestBody && {
      required: requestBody.required,
      examples: Object.fromEntries(requestBody.examples),
      validate: code(`bodies.${nameOf(requestBodies, requestBody.schema)}`),
    },
    responseHeaders: Object.fromEntries(
      responses.map(({ status, headers }) => [
        status,
        Object.fromEntries(
          headers.map(({ name, required, example, schema }) => [
            name,
            { required, example, validate: validateText(schema) },
          ]),
        ),
      ]),
    ),
    examples: Object.fromEntries(
      examplesOf(operation).map((example) => [example.name, sourceOf(example)]),
    ),
    scenarios: operation.scenarios,
  }
}

function dataOf({ status, body, trigger, scenario }: Example): object {
  return { status, body, trigger, scenario }
}
