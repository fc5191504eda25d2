import type { Operation } from './operations.ts'

/** An operation whose function has a name. */
interface NamedOperation extends Operation {
  readonly name: string
}

/** A namespace of the client: its own operations by the name of their method, and its namespaces. */
interface Namespace {
  methods: Map<string, NamedOperation>
  namespaces: Map<string, Namespace>
}

const HEADER =
  '// Generated from the contract by packages/client/codegen. Do not edit; run `npm run generate`.'

/** The source text of each generated module of the client, by file name. */
export function generateModules(
  operations: readonly Operation[],
  version: string,
): Record<string, string> {
  const named = withNames(operations)
  return {
    'methods.ts': methodsModule(named),
    'operations.ts': operationsModule(named),
    'version.ts': `${HEADER}\n\n/** The version of this package. */\nexport const version = '${version}'\n`,
  }
}

/** The source text of a function for each operation, with the types of its arguments and results. */
function operationsModule(operations: readonly NamedOperation[]): string {
  return `${HEADER}
${operations.map(({ operationId: id }) => `import { ${id} as ${constantOf(id)} } from '@connected-apps/contract/operations/${kebab(id)}'`).join('\n')}
import type { Client, Result } from '../client.ts'
import type { CallArguments, CallOptions } from '../options.ts'
import type { Params } from '../params.ts'
import type { SuccessBody } from '../response.ts'
${operations.map(functionsOf).join('')}`
}

function functionsOf(operation: NamedOperation): string {
  const { name, operationId } = operation
  const type = capitalized(name)
  return `
export type ${type}Params = Params<'${operationId}'>
export type ${type}Options = CallOptions<'${operationId}'>
export type ${type}Response = SuccessBody<'${operationId}'>
export type ${type}Result = Result<'${operationId}'>

${commentOf(operation).join('\n')}
export function ${name}(client: Client, ...args: CallArguments<'${operationId}'>): Promise<${type}Response> {
  return client.call(${constantOf(operationId)}, ...args)
}

${commentOfTwin(name)}
export function ${tryName(name)}(client: Client, ...args: CallArguments<'${operationId}'>): Promise<${type}Result> {
  return client.tryCall(${constantOf(operationId)}, ...args)
}
`
}

/** The source text of the class with the method of each operation, in the namespace that the contract names. */
function methodsModule(operations: readonly NamedOperation[]): string {
  const functions = operations.flatMap(({ name }) => [name, tryName(name)])
  const namespaces = [...toNamespaces(operations).namespaces]
  return `${HEADER}
import type { Client, Method, TryMethod } from '../client.ts'
import { ${functions.join(', ')} } from './operations.ts'

/** The methods of the client, each where its \`x-client-method\` says. */
export class Methods {
${namespaces.map(([name, namespace]) => `  readonly ${name}: ${typeOf(namespace, '  ')}`).join('\n')}

  constructor(client: Client) {
${namespaces.map(([name, namespace]) => `    this.${name} = ${valueOf(namespace, '    ')}`).join('\n')}
  }
}
`
}

/**
 * Names the function of each operation like its method. If that name is taken, by an earlier
 * operation, by the operationId of another or by the language, its operationId is used.
 */
function withNames(operations: readonly Operation[]): NamedOperation[] {
  const taken = new Set([...USED_NAMES, ...RESERVED_WORDS])
  for (const { operationId } of operations) taken.add(operationId)
  return operations.map((operation) => {
    const last = operation.clientMethod.split('.').at(-1) ?? ''
    const isTaken = taken.has(last) || taken.has(tryName(last))
    const name = isTaken ? operation.operationId : last
    taken.add(name).add(tryName(name))
    return { ...operation, name }
  })
}

// Parameters of the functions, and names whose types would collide with those of the package.
const USED_NAMES = ['args', 'call', 'client', 'createClient', 'fetch']

// No function of a module can have these names.
const RESERVED_WORDS =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  )

function toNamespaces(operations: readonly NamedOperation[]): Namespace {
  const root: Namespace = { methods: new Map(), namespaces: new Map() }
  for (const operation of operations) {
    const names = operation.clientMethod.split('.')
    const method = names.pop() ?? ''
    let current = root
    for (const name of names) {
      const next = current.namespaces.get(name) ?? { methods: new Map(), namespaces: new Map() }
      current.namespaces.set(name, next)
      current = next
    }
    current.methods.set(method, operation)
  }
  return root
}

function typeOf({ methods, namespaces }: Namespace, indent: string): string {
  return block(indent, [
    ...[...methods].flatMap(([method, operation]) => [
      ...commentOf(operation),
      `readonly ${method}: Method<'${operation.operationId}'>`,
      commentOfTwin(method),
      `readonly ${tryName(method)}: TryMethod<'${operation.operationId}'>`,
    ]),
    ...[...namespaces].map(([name, each]) => `readonly ${name}: ${typeOf(each, `${indent}  `)}`),
  ])
}

function valueOf({ methods, namespaces }: Namespace, indent: string): string {
  return block(indent, [
    ...[...methods].flatMap(([method, { name }]) => [
      `${method}: (...args) => ${name}(client, ...args),`,
      `${tryName(method)}: (...args) => ${tryName(name)}(client, ...args),`,
    ]),
    ...[...namespaces].map(([name, each]) => `${name}: ${valueOf(each, `${indent}  `)},`),
  ])
}

function block(indent: string, lines: string[]): string {
  return `{\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`
}

function constantOf(operationId: string): string {
  return `${operationId}Operation`
}

function tryName(name: string): string {
  return `try${capitalized(name)}`
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** The name of the operation's module in the contract package. */
function kebab(operationId: string): string {
  return operationId.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}

/** The documentation of a function or method: the first paragraph of the description, and the request. */
function commentOf({ method, path, description }: Operation): string[] {
  const [summary = ''] = description.split('\n\n', 1)
  const lines = [
    ...summary.trim().split('\n'),
    '',
    `\`${method} ${path}\``,
    '',
    'Rejects with a `ConnectedAppsError`.',
  ]
  // A description must not end the comment.
  const safe = lines.map((line) => line.replaceAll('*/', String.raw`*\/`))
  return ['/**', ...safe.map((line) => ` * ${line}`.trimEnd()), ' */']
}

function commentOfTwin(name: string): string {
  return `/** Like \`${name}\`, but a failure is part of the result; narrow it by \`ok\`, then \`error.kind\`. */`
}
