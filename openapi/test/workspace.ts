import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import type { Edit } from './contract-edits.ts'
import { runScript } from './run-script.ts'

const source = fileURLToPath(new URL('../', import.meta.url))

/** The scripts in a repository of their own, in which a test may change everything. */
export interface Workspace extends Disposable {
  /** Runs a script of its `openapi` directory. */
  run: (name: string, args?: string[], env?: NodeJS.ProcessEnv) => ReturnType<typeof runScript>
  read: (file: string) => string
  path: (file: string) => string
  write: (file: string, text: string) => void
  editContract: (edit: Edit) => void
}

/**
 * Creates a small repository whose contract is released: a generated package, one that uses it,
 * one that does not, and a generation that only says that it ran.
 */
export function createWorkspace(): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'contract-'))
  const openapi = join(root, 'openapi')
  for (const name of ['scripts', 'connected-apps.yaml', 'redocly.yaml', 'package.json']) {
    cpSync(join(source, name), join(openapi, name), { recursive: true })
  }
  symlinkSync(join(source, 'node_modules'), join(openapi, 'node_modules'))

  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const contract = read('openapi/connected-apps.yaml').replace(/^(\s+version:).*$/m, '$1 1.0.0')
  write('openapi/connected-apps.yaml', contract)
  write('openapi/released/connected-apps.yaml', contract)
  write('openapi/released/packages.json', '{ "generated": "0.3.0" }\n')
  write('openapi/CHANGELOG.md', '# Changelog of the contract\n\n## 1.0.0\n\nThe first.\n')
  write('package.json', JSON.stringify({ scripts: { generate: 'echo generated' } }))
  write('.changeset/README.md', '# Changesets\n')
  writePackage('generated', { devDependencies: { '@connected-apps/openapi': 'workspace:*' } })
  writePackage('using', { dependencies: { generated: 'workspace:*' } })
  writePackage('testing', { devDependencies: { generated: 'workspace:*' } })
  writePackage('hidden', { private: true, dependencies: { generated: 'workspace:*' } })
  // Whatever operations the contract has, they are done.
  const { paths } = parse(contract)
  const ids = [...JSON.stringify(paths).matchAll(/"operationId":"(\w+)"/g)].map(
    ([, id]) => id ?? '',
  )
  const handlers = ids.map((id) => `  ${id}: () => perform('${id}'),\n`)
  write(
    'apps/service/src/operation/handlers.ts',
    `export const handlers = {\n${handlers.join('')}}\n`,
  )

  function writePackage(name: string, manifest: object): void {
    write(`packages/${name}/package.json`, JSON.stringify({ name, version: '0.3.0', ...manifest }))
  }

  return {
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
    read,
    path: (file) => join(root, file),
    write,
    run: (name, args = [], env = {}) => runScript(name, args, { cwd: openapi, env }),
    editContract(edit) {
      const document = parse(read('openapi/connected-apps.yaml'))
      edit(document)
      write('openapi/connected-apps.yaml', stringify(document, { aliasDuplicateObjects: false }))
    },
  }
}
