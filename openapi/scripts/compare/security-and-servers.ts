import { isDeepStrictEqual } from 'node:util'
import type { Bump } from '../bump.ts'
import { largest } from '../bump.ts'
import type { JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { sharedOperations } from './operations.ts'

type Requirement = Record<string, string[]>

/**
 * The bump that changed security of released operations requires. Redocly rates each list by itself, but
 * what matters is which list applies to an operation, and whether what callers send is still accepted.
 */
export function securityBump(base: JsonObject, revision: JsonObject): Bump {
  return largest(
    sharedOperations(base, revision).map(({ before, after }) => {
      const old = requirementsOf(before.operation, base)
      const now = requirementsOf(after.operation, revision)
      if (!old.every((sent) => now.some((required) => isMetBy(required, sent)))) return 'major'
      return isDeepStrictEqual(old, now) ? 'none' : 'minor'
    }),
  )
}

function requirementsOf(operation: JsonObject, document: JsonObject): Requirement[] {
  const list = operation['security'] ?? document['security']
  // An absent or empty list means `[{}]`: nothing has to be sent.
  return Array.isArray(list) && list.length > 0 ? list : [{}]
}

function isMetBy(required: Requirement, sent: Requirement): boolean {
  return Object.entries(required).every(
    ([scheme, scopes]) =>
      scopes.every((scope) => sent[scheme]?.includes(scope)) && sent[scheme] !== undefined,
  )
}

/**
 * The bump that changed servers of released operations require: only their URLs count, in any order.
 */
export function serversBump(base: JsonObject, revision: JsonObject): Bump {
  return largest(
    sharedOperations(base, revision).map(({ before, after }) => {
      const old = serverUrlsOf([before.operation, before.pathItem, base])
      const now = serverUrlsOf([after.operation, after.pathItem, revision])
      if (!old.isSubsetOf(now)) return 'major'
      return now.isSubsetOf(old) ? 'patch' : 'minor'
    }),
  )
}

/** The URLs of the nearest list of servers, which is the one that applies. */
function serverUrlsOf(owners: JsonObject[]): Set<unknown> {
  const servers = owners.map((owner) => owner['servers']).find(Array.isArray) ?? []
  return new Set(servers.map((server: unknown) => (isObject(server) ? server['url'] : server)))
}
