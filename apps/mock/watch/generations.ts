import { registerHooks } from 'node:module'

const parameter = 'generation'

/**
 * Makes it possible to import the modules below a directory again after they have changed: each
 * generation has modules of its own. All generations share the modules of installed packages.
 *
 * @param root the URL of the directory, with a slash at its end
 * @returns imports a module below the directory, and all that it imports, as one of a generation
 */
export function createGenerations(
  root: string,
): <T>(url: string, generation: number) => Promise<T> {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      const generation = URL.parse(context.parentURL ?? '')?.searchParams.get(parameter)
      const isOwn = resolved.url.startsWith(root) && !resolved.url.includes('/node_modules/')
      if (generation === undefined || generation === null || !isOwn) return resolved
      return { ...resolved, url: withGeneration(resolved.url, generation) }
    },
  })
  return (url, generation) => import(withGeneration(url, String(generation)))
}

function withGeneration(text: string, generation: string): string {
  const url = new URL(text)
  url.searchParams.set(parameter, generation)
  return url.href
}
