import type { Example, Operation, Parameter, RequestBody, Response } from './contract.ts'
import { requireUnique } from './consistency.ts'
import type { LocatedNode, Node } from './document.ts'
import { below, DocumentError, entriesOf, isNode, resolve } from './document.ts'
import {
  extension,
  isClientMethod,
  isName,
  isPermission,
  isSafety,
  isScenario,
  isScenarios,
  isSession,
  isTrigger,
} from './extensions.ts'
import { propertiesOf, schemaOf, typesOf } from './schema.ts'

const NON_OBJECT_TYPES = ['array', 'string', 'number', 'integer', 'boolean', 'null']
const LOCATIONS = ['path', 'query', 'header'] as const
// OpenAPI 3.1.1 section 4.8.12.1: parameters with these names are ignored.
const IGNORED_HEADERS = ['accept', 'authorization', 'content-type']

/** Reads an operation. Throws a `DocumentError` for what is missing or not supported. */
export function readOperation(
  document: Node,
  path: string,
  method: string,
  item: LocatedNode,
): Operation {
  const operation = resolve(document, below(item.pointer, method), item.node[method])
  const { pointer, node } = operation
  const { operationId, summary } = node
  // Two words or more, so that it cannot be a reserved word of JavaScript.
  if (!isName(operationId) || !/^[a-z][a-z\d]*([A-Z][A-Za-z\d]*)+$/.test(operationId)) {
    throw new DocumentError(
      below(pointer, 'operationId'),
      'is missing or malformed; write words in camel case, such as getConnectedApps',
    )
  }
  if (!isName(summary)) {
    throw new DocumentError(below(pointer, 'summary'), 'is missing; write the title')
  }
  for (const each of [operation, item]) {
    if (each.node['servers'] === undefined) continue
    throw new DocumentError(
      below(each.pointer, 'servers'),
      'is not supported; write all servers under servers of the document',
    )
  }
  const responses = entriesOf(document, operation, 'responses')
    .filter(([status]) => !status.startsWith('x-'))
    .map(([status, response]) => readResponse(document, status, response))
  const successes = responses.filter(({ status }) => status >= 200 && status < 300)
  const [success] = successes
  if (!success || successes.length > 1) {
    throw new DocumentError(
      below(pointer, 'responses'),
      'must have exactly one status from 200 to 299',
    )
  }
  const other = responses.find(({ mediaType }) => mediaType !== success.mediaType)
  if (other) {
    throw new DocumentError(
      below(pointer, 'responses', other.status),
      `has the media type ${other.mediaType}; write ${success.mediaType}, like ${success.status}`,
    )
  }
  return {
    pointer,
    operationId,
    method: method.toUpperCase(),
    path,
    summary,
    clientMethod: extension(operation, 'x-client-method', isClientMethod),
    safety: extension(operation, 'x-safety', isSafety),
    permission: extension(operation, 'x-permission', isPermission),
    scenarios: extension(operation, 'x-scenarios', isScenarios),
    security: readSecurity(document, operation),
    parameters: readParameters(document, path, operation, item),
    requestBody: readRequestBody(document, operation),
    mediaType: success.mediaType,
    successStatus: success.status,
    responses,
  }
}

function readSecurity(document: Node, operation: LocatedNode): Operation['security'] {
  const requirements = operation.node['security'] ?? document['security']
  if (!Array.isArray(requirements)) {
    throw new DocumentError(
      below(operation.pointer, 'security'),
      'is missing; write the name of a security scheme, or an empty list',
    )
  }
  const { node: components } = resolve(document, '/components', document['components'] ?? {})
  const { node: schemes } = resolve(
    document,
    '/components/securitySchemes',
    components['securitySchemes'] ?? {},
  )
  return requirements.filter(isNode).flatMap((requirement) =>
    Object.keys(requirement).map((name) => {
      const pointer = below('/components/securitySchemes', name)
      const scheme = resolve(document, pointer, schemes[name])
      if (!isName(scheme.node['scheme'])) {
        throw new DocumentError(
          below(pointer, 'scheme'),
          'is missing; write type: http and a scheme',
        )
      }
      return {
        name,
        scheme: scheme.node['scheme'].toLowerCase(),
        errorType: extension(scheme, 'x-error-type', isName),
      }
    }),
  )
}

function readParameters(
  document: Node,
  path: string,
  operation: LocatedNode,
  item: LocatedNode,
): Parameter[] {
  const listed = ({ pointer, node }: LocatedNode): LocatedNode[] =>
    (Array.isArray(node['parameters']) ? node['parameters'] : []).map((each: unknown, index) =>
      resolve(document, below(pointer, 'parameters', index), each),
    )
  const parameters = [...listed(item), ...listed(operation)].map((each) =>
    readParameter(document, each),
  )
  requireUnique(parameters, ({ name }) => name.toLowerCase(), 'parameter')
  requireUnique(
    parameters.filter(({ session }) => session !== undefined),
    ({ session }) => `${session}`,
    'x-session',
  )
  const inTemplate = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => `${name}`)
  const inPath = parameters.filter((each) => each.in === 'path')
  const undeclared = inTemplate.find((name) => !inPath.some((each) => each.name === name))
  if (undeclared !== undefined) {
    throw new DocumentError(
      below(operation.pointer, 'parameters'),
      `has no parameter ${undeclared}, which the path names; write it with in: path`,
    )
  }
  const unused = inPath.find(({ name }) => !inTemplate.includes(name))
  if (unused) {
    throw new DocumentError(
      unused.pointer,
      `is not in the path ${path}; write {${unused.name}} there`,
    )
  }
  return parameters
}

function readParameter(document: Node, parameter: LocatedNode): Parameter {
  const { pointer, node } = parameter
  const { name, in: where, required, example } = node
  const known = LOCATIONS.find((each) => each === where)
  if (!isName(name)) throw new DocumentError(below(pointer, 'name'), 'is missing; write a name')
  if (!known) throw new DocumentError(below(pointer, 'in'), `must be ${LOCATIONS.join(', ')}`)
  if (known === 'header' && IGNORED_HEADERS.includes(name.toLowerCase())) {
    throw new DocumentError(
      below(pointer, 'name'),
      `${name} is not a parameter in OpenAPI; write a security scheme or a media type`,
    )
  }
  const schema = readTextSchema(document, parameter)
  const types = typesOf(document, schema)
  if (known === 'path' && types.length > 0 && !types.includes('string')) {
    throw new DocumentError(
      schema.pointer,
      'is not of type string, which is how the client takes ids; write type: string and a pattern',
    )
  }
  const session =
    node['x-session'] === undefined ? undefined : extension(parameter, 'x-session', isSession)
  if (session !== undefined && known !== 'header') {
    throw new DocumentError(below(pointer, 'x-session'), 'is only for headers; write in: header')
  }
  return {
    pointer,
    name,
    in: known,
    required: required === true,
    schema,
    example: requireExample(pointer, example),
    errorType: extension(parameter, 'x-error-type', isName),
    session,
  }
}

function readRequestBody(document: Node, operation: LocatedNode): RequestBody | undefined {
  if (operation.node['requestBody'] === undefined) return undefined
  const pointer = below(operation.pointer, 'requestBody')
  const body = resolve(document, pointer, operation.node['requestBody'])
  const [mediaType, content] = readContent(document, body)
  const schema = schemaOf(document, content)
  // The client takes the properties of the body among the parameters of a call.
  const types = typesOf(document, schema)
  if (!types.includes('object') && types.some((type) => NON_OBJECT_TYPES.includes(type))) {
    throw new DocumentError(schema.pointer, 'is not the schema of an object; write type: object')
  }
  return {
    required: body.node['required'] === true,
    mediaType,
    schema,
    properties: propertiesOf(document, schema),
    examples: readExamples(document, content).map(([name, example]) => [name, readValue(example)]),
  }
}

function readResponse(document: Node, status: string, response: LocatedNode): Response {
  if (!/^[1-5]\d\d$/.test(status)) {
    throw new DocumentError(response.pointer, `${status} is not a status; write each one out`)
  }
  const [mediaType, content] = readContent(document, response)
  return {
    status: Number(status),
    mediaType,
    schema: schemaOf(document, content),
    headers: entriesOf(document, response, 'headers').map(([name, header]) => ({
      name,
      required: header.node['required'] === true,
      schema: readTextSchema(document, header),
      example: requireExample(header.pointer, header.node['example']),
    })),
    examples: readExamples(document, content).map(([name, example]): Example => ({
      pointer: example.pointer,
      name,
      status: Number(status),
      body: readValue(example),
      trigger: extension(example, 'x-trigger', isTrigger),
      scenario: extension(example, 'x-scenario', isScenario),
    })),
  }
}

function readContent(
  document: Node,
  owner: LocatedNode,
): [mediaType: string, content: LocatedNode] {
  const contents = entriesOf(document, owner, 'content')
  const [only] = contents
  const pointer = below(owner.pointer, 'content')
  if (!only || contents.length > 1) {
    throw new DocumentError(pointer, 'must have exactly one media type, such as application/json')
  }
  // It is compared with media types in lower case, without parameters.
  if (!/^application\/(?:[a-z\d.-]+\+)?json$/.test(only[0])) {
    throw new DocumentError(
      below(pointer, only[0]),
      'is not a JSON media type in lower case without parameters; write application/json',
    )
  }
  return only
}

function readExamples(
  document: Node,
  content: LocatedNode,
): [name: string, example: LocatedNode][] {
  const examples = entriesOf(document, content, 'examples')
  if (examples.length > 0) return examples
  throw new DocumentError(
    below(content.pointer, 'examples'),
    'is missing; write at least one example under a name',
  )
}

/** The schema of a parameter or header, whose value arrives as text. */
function readTextSchema(document: Node, owner: LocatedNode): LocatedNode {
  const schema = schemaOf(document, owner)
  const structured = typesOf(document, schema).find((type) => ['array', 'object'].includes(type))
  if (structured === undefined) return schema
  throw new DocumentError(
    schema.pointer,
    `is of type ${structured}, which cannot be written as text in just one way; write string, number, integer or boolean`,
  )
}

function requireExample(pointer: string, example: unknown): unknown {
  if (example !== undefined) return example
  throw new DocumentError(
    below(pointer, 'example'),
    'is missing; write a value that the schema allows',
  )
}

function readValue({ pointer, node }: LocatedNode): unknown {
  if ('value' in node) return node['value']
  throw new DocumentError(below(pointer, 'value'), 'is missing; write the body')
}
