import { oneAppPerScenario } from '../src/scenario/one-app-per-scenario.ts'

/** A scenario, as far as its constant depends on it. */
interface NamedScenario {
  name: string
  parameter: string
  id: string
  title: string
  /** The statuses of its responses, call by call. */
  statuses: number[]
}

const HEADER =
  '// Generated from the contract by packages/scenarios/codegen. Do not edit; run `npm run generate`.'

/** The source text of a module with a constant for each scenario of an OpenAPI document. */
export function constantsModule(document: object): string {
  const operations = scenariosByOperation(document)
  const ids = operations.map(([operationId]) => operationId)
  for (const [operationId, scenarios] of operations) requireUsableNames(operationId, scenarios, ids)
  return `${HEADER}
${operations.map(([operationId, scenarios]) => constantsOf(operationId, scenarios)).join('')}
/**
 * The parameter that selects each scenario of the contract, by the operation and the scenario's
 * title. On the top level a name is that of the first operation that has it.
 *
 * @example
 * client.revoke({ ...ids, ...scenarios.tooManyRequestsTwiceThenRevoked })
 */
export const scenarios = {
${ids
  .toReversed()
  .map((id) => `  ...${id},\n`)
  .join('')}${ids.map((id) => `  ${id},\n`).join('')}} as const
`
}

function constantsOf(operationId: string, scenarios: NamedScenario[]): string {
  const constants = scenarios.map(
    ({ name, parameter, id, title, statuses }) => `  /** ${title}: ${statuses.join(', ')}. */
  ${name}: { ${propertyOf(parameter)}: '${id}' },
`,
  )
  return `
const ${operationId} = {
${constants.join('')}} as const
`
}

/** A parameter may be a header, whose name has to be quoted. */
function propertyOf(parameter: string): string {
  return /^\w+$/.test(parameter) ? parameter : `'${parameter}'`
}

/** `Too many requests twice, then revoked` is `tooManyRequestsTwiceThenRevoked`. */
function nameOf(title: string): string {
  const words = title.replaceAll("'", '').match(/[A-Za-z\d]+/g) ?? []
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word.slice(0, 1).toUpperCase() + word.slice(1),
    )
    .join('')
}

function requireUsableNames(
  operationId: string,
  scenarios: readonly NamedScenario[],
  operationIds: readonly string[],
): void {
  const names = new Set<string>()
  for (const { name, title } of scenarios) {
    const reason = names.has(name)
      ? `another scenario is ${name} too`
      : operationIds.includes(name)
        ? `${name} is an operationId`
        : /^[a-z]/.test(name)
          ? undefined
          : 'a name has to begin with a letter'
    if (reason !== undefined)
      throw new Error(`${operationId}: the scenario "${title}" needs another title; ${reason}`)
    names.add(name)
  }
}

// The code generation of the contract has validated everything that is read here.
type Node = Record<string, unknown>

function scenariosByOperation(document: object): [operationId: string, NamedScenario[]][] {
  const operations = children(child(document, 'paths')).flatMap((pathItem) => children(pathItem))
  return operations
    .filter((operation) => 'x-scenarios' in operation)
    .map((operation) => [
      String(operation['operationId']),
      [...scenariosOf(document, operation), ...builtScenariosOf(operation)],
    ])
}

function scenariosOf(document: object, operation: Node): NamedScenario[] {
  const declared = child(operation, 'x-scenarios')
  const named = ({ id, title }: Node, statuses: number[]): NamedScenario => ({
    name: nameOf(String(title)),
    parameter: String(declared['parameter']),
    id: `${String(declared['prefix'])}${String(id)}`,
    title: String(title),
    statuses,
  })
  const examples = Object.entries(child(operation, 'responses')).flatMap(([status, response]) =>
    children(child(resolve(document, response), 'content'))
      .flatMap((mediaType) => Object.entries(child(mediaType, 'examples')))
      .map(([name, example]) => ({
        name,
        status: Number(status),
        scenario: child(resolve(document, example), 'x-scenario'),
      })),
  )
  const statusOf = new Map(examples.map(({ name, status }) => [name, status]))
  return [
    ...examples.map(({ scenario, status }) => named(scenario, [status])),
    ...children(declared['sequences'] ?? []).map((sequence) =>
      named(
        sequence,
        children(sequence['responses'] ?? []).map(
          ({ example }) => statusOf.get(String(example)) ?? 0,
        ),
      ),
    ),
  ]
}

function builtScenariosOf(operation: Node): NamedScenario[] {
  if (operation['operationId'] !== oneAppPerScenario.operationId) return []
  const { parameter, prefix } = child(operation, 'x-scenarios')
  const { id, title } = oneAppPerScenario
  return [
    {
      name: nameOf(title),
      parameter: String(parameter),
      id: String(prefix) + id,
      title,
      statuses: [200],
    },
  ]
}

function resolve(document: object, value: unknown): Node {
  const { $ref } = Object(value) as Node // safe: Object() turns any value into an object
  if (typeof $ref !== 'string') return value as Node // safe: without a reference, it is the object itself
  return $ref
    .split('/')
    .slice(1)
    .reduce<Node>(child, document as Node)
}

function child(node: unknown, name: string): Node {
  return Object((Object(node) as Node)[name]) as Node // safe: Object() turns undefined into an empty object
}

function children(node: unknown): Node[] {
  return Object.values(Object(node) as object).map((value) => Object(value) as Node)
}
