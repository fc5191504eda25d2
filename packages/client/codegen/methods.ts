/** What the generation reads of an operation of the contract. */
export interface Operation {
  readonly operationId: string
  /** Where the client has its method, such as `organizations.members.getConnectedApps`. */
  readonly clientMethod: string
}

/** A namespace of the client: its own operations, and the namespaces within it. */
interface Namespace {
  /** The `operationId` of each of its methods, by the method's name. */
  methods: Map<string, string>
  namespaces: Map<string, Namespace>
}

/** The source text of the class that has every method where the contract says. */
export function methodsModule(operations: readonly Operation[]): string {
  const { namespaces } = toNamespaces(operations)
  const forEach = (line: (operationId: string) => string) =>
    operations.map(({ operationId }) => line(operationId)).join('\n')
  const forEachNamespace = (line: (name: string, namespace: Namespace) => string) =>
    [...namespaces].map(([name, namespace]) => line(name, namespace)).join('\n')
  return `// Generated from the contract by packages/client/codegen. Do not edit; run \`npm run generate\`.
import type { CreateMethod } from '../call.ts'
${forEach((id) => `import type { ${pascal(id)}Methods } from '${fileOf(id)}'`)}
${forEach((id) => `import { ${id} } from '${fileOf(id)}'`)}

${forEach((id) => `export type * from '${fileOf(id)}'`)}

/** The methods of the client, each where its \`x-client-method\` says. */
export class Methods {
${forEachNamespace((name, namespace) => `  readonly ${name}: ${typeOf(namespace)}`)}

  constructor(createMethod: CreateMethod) {
${forEachNamespace((name, namespace) => `    this.${name} = ${valueOf(namespace)}`)}
  }
}
`
}

function toNamespaces(operations: readonly Operation[]): Namespace {
  const root: Namespace = { methods: new Map(), namespaces: new Map() }
  for (const { operationId, clientMethod } of operations) {
    const names = clientMethod.split('.')
    const method = names.pop() ?? ''
    let current = root
    for (const name of names) {
      const next = current.namespaces.get(name) ?? { methods: new Map(), namespaces: new Map() }
      current.namespaces.set(name, next)
      current = next
    }
    current.methods.set(method, operationId)
  }
  return root
}

function typeOf({ methods, namespaces }: Namespace): string {
  const inner = [...namespaces].map(([name, each]) => `readonly ${name}: ${typeOf(each)}`)
  const types = [...methods.values()].map((id) => `${pascal(id)}Methods`)
  return [...types, ...(inner.length > 0 ? [`{ ${inner.join('; ')} }`] : [])].join(' & ')
}

function valueOf({ methods, namespaces }: Namespace): string {
  const own = [...methods.values()].map((id) => `...${id}(createMethod)`)
  const inner = [...namespaces].map(([name, each]) => `${name}: ${valueOf(each)}`)
  return `{ ${[...own, ...inner].join(', ')} }`
}

/** The module of an operation, which is written by hand. */
function fileOf(operationId: string): string {
  const kebab = operationId.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
  return `../operations/${kebab}.ts`
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
