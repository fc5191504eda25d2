import { requireConsistency, requireUnique } from './consistency.ts'
import type { Contract, Server } from './contract.ts'
import type { LocatedNode, Node } from './document.ts'
import { below, DocumentError, resolve } from './document.ts'
import { extension, isExclusiveHeaders, isName, isString } from './extensions.ts'
import { readOperation } from './read-operation.ts'
import { kebab } from './source.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** Reads everything that code is generated from. Throws a `DocumentError` for what is missing or contradictory. */
export function readContract(document: Node): Contract {
  const root: LocatedNode = { pointer: '', node: document }
  const info = resolve(document, '/info', document['info'])
  const { title, version } = info.node
  if (!isName(title)) throw new DocumentError('/info/title', 'is missing; write a title')
  if (!isName(version)) throw new DocumentError('/info/version', "is missing; write '1.0.0'")
  const paths = resolve(document, '/paths', document['paths'])
  const operations = Object.entries(paths.node)
    .filter(([path]) => path.startsWith('/'))
    .flatMap(([path, value]) => {
      const item = resolve(document, below('/paths', path), value)
      return METHODS.filter((method) => method in item.node).map((method) =>
        readOperation(document, path, method, item),
      )
    })
  if (operations.length === 0) throw new DocumentError('/paths', 'has no operation; write one')
  // They become file names, and some file systems ignore case.
  requireUnique(operations, ({ operationId }) => kebab(operationId), 'operationId')
  const contract = {
    title,
    version,
    servers: readServers(document),
    malformed: extension(root, 'x-error-type', isName),
    unmatched: extension(paths, 'x-error-type', isName),
    exclusiveHeaders: extension(root, 'x-exclusive-headers', isExclusiveHeaders),
    operations,
  }
  requireConsistency(contract)
  return contract
}

function readServers(document: Node): Server[] {
  const list = document['servers']
  if (!Array.isArray(list)) throw new DocumentError('/servers', 'is missing; write a list')
  const servers = list.map((value: unknown, index) => {
    const server = resolve(document, below('/servers', index), value)
    const { url } = server.node
    if (!isName(url)) {
      throw new DocumentError(below(server.pointer, 'url'), 'is missing; write the base URL')
    }
    return { pointer: server.pointer, url, projects: extension(server, 'x-projects', isString) }
  })
  requireUnique(servers, ({ projects }) => projects, 'x-projects')
  if (!servers.some(({ projects }) => projects === '')) {
    throw new DocumentError(
      '/servers',
      "has no server for all other projects; write x-projects: '' on one of them",
    )
  }
  return servers
}
