import { member, orUndefined, ownString } from './input.ts'

/** Whether this is a browser, one of its workers, or jsdom: visitors of a page can read its secrets. */
export function isBrowser(): boolean {
  return userAgent()?.startsWith('Mozilla/') ?? false
}

/** The runtime and its version, such as `Node.js/24` or `Deno/2.9.6`. */
export function runtimeName(): string {
  // Node.js has no navigator before version 21.
  const nodeVersion = member(member(member(globalThis, 'process'), 'versions'), 'node')
  const name =
    userAgent() ?? (typeof nodeVersion === 'string' ? `Node.js/${parseInt(nodeVersion)}` : '')
  return name.replace(/[^!-~]+/g, '')
}

/** An environment variable; undefined if it is not set, or must not be read. */
export function environmentVariable(name: string): string | undefined {
  if (isBrowser()) return undefined
  return orUndefined(() => {
    const deno = member(globalThis, 'Deno') as DenoGlobal | undefined // only Deno has a global of this name
    // Without this check, reading a variable would prompt the user, or throw.
    const permission = deno?.permissions.querySync({ name: 'env', variable: name })
    if (permission && permission.state !== 'granted') return undefined
    return ownString(member(member(globalThis, 'process'), 'env'), name)
  })
}

interface DenoGlobal {
  permissions: { querySync(query: { name: 'env'; variable: string }): { state: string } }
}

function userAgent(): string | undefined {
  const found = orUndefined(() => member(member(globalThis, 'navigator'), 'userAgent'))
  return typeof found === 'string' && found !== '' ? found : undefined
}
