import { fileURLToPath } from 'node:url'
import { bundle, createConfig } from '@redocly/openapi-core'

/** The contract of this repository. */
export const contractFile = fileURLToPath(
  import.meta.resolve('@connected-apps/openapi/connected-apps.yaml'),
)

/** An object in the document, with its references unresolved. */
export type Node = Record<string, unknown>

/** An object in the document, and its location after references to it have been resolved. */
export interface LocatedNode {
  /** A JSON Pointer (RFC 6901). */
  pointer: string
  node: Node
}

/** What is wrong with the document, where, and what to write instead. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'

  /** @param pointer a JSON Pointer (RFC 6901) into the document */
  constructor(pointer: string, message: string) {
    super(`#${pointer}: ${message}`)
  }
}

/** Reads an OpenAPI document, and resolves its references to other files. Throws a {@link DocumentError}. */
export async function readDocument(file: string): Promise<Node> {
  const { bundle: bundled, problems } = await bundle({
    ref: file,
    config: await createConfig({}),
  }).catch((error: unknown) => {
    throw new DocumentError('', `${reasonOf(error, file)}; write an OpenAPI 3.1 document in YAML`)
  })
  const [problem] = problems
  if (problem) {
    const pointer = problem.location[0]?.pointer?.replace(/^#\/?/, '/') ?? ''
    throw new DocumentError(pointer, `${problem.message}; write a reference to what exists`)
  }
  const document: unknown = bundled.parsed
  if (!isNode(document) || !String(document['openapi']).startsWith('3.1.')) {
    throw new DocumentError('/openapi', 'is not a version of OpenAPI 3.1; write 3.1.1')
  }
  return document
}

/** Appends keys to a JSON Pointer. */
export function below(pointer: string, ...keys: (string | number)[]): string {
  const tokens = keys.map((key) => `${key}`.replaceAll('~', '~0').replaceAll('/', '~1'))
  return [pointer, ...tokens].join('/')
}

/** The target of a reference within the document, which may be a reference itself. */
export function targetOf(document: Node, reference: string): { pointer: string; value: unknown } {
  const pointer = decodeURIComponent(reference.replace(/^#/, ''))
  let value: unknown = document
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    value = Object.getOwnPropertyDescriptor(Object(value), key)?.value
  }
  return { pointer, value }
}

/** Resolves a value at a pointer to an object, following references. Throws a {@link DocumentError}. */
export function resolve(document: Node, pointer: string, value: unknown): LocatedNode {
  if (value === undefined) throw new DocumentError(pointer, 'is missing; write an object')
  if (!isNode(value)) throw new DocumentError(pointer, 'must be an object')
  if (typeof value['$ref'] !== 'string') return { pointer, node: value }
  const target = targetOf(document, value['$ref'])
  return resolve(document, target.pointer, target.value)
}

/** The entries of a map in the document, with references resolved; none if the map is absent. */
export function entriesOf(
  document: Node,
  { pointer, node }: LocatedNode,
  name: string,
): [key: string, value: LocatedNode][] {
  const map = resolve(document, below(pointer, name), node[name] ?? {})
  return Object.entries(map.node).map(([key, value]) => [
    key,
    resolve(document, below(map.pointer, key), value),
  ])
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function reasonOf(error: unknown, file: string): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(` in "${file}"`, '').replace(` '${file}'`, '')
}
