import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version of a package that this repository installs itself. */
function installedVersion(name: string): string {
  const { version }: { version: string } = require(`${name}/package.json`)
  return version
}

/** Exact versions of what the tests of more than one package or file fetch for their projects. */
export const packageVersions = {
  '@types/node': installedVersion('@types/node'),
  selfsigned: '5.5.0',
  'typescript-5': '5.9.3',
  'typescript-7': installedVersion('typescript'),
  undici: '8.13.1',
}
