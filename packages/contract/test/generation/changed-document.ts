import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import type { Node } from '../../codegen/document.ts'
import { isNode } from '../../codegen/document.ts'
import { generate } from '../../codegen/generate.ts'
import document from '../../src/generated/openapi.json' with { type: 'json' }
import type * as indexModule from '../../src/index.ts'
import type * as operationsModule from '../../src/operations.ts'

const root = await mkdtemp(join(tmpdir(), 'contract-generation-'))
afterAll(() => rm(root, { recursive: true, force: true }))

/** What is to be changed in a document. */
export type Change = (document: Node) => unknown

/** The contract as YAML after a change; JSON is YAML. */
export function changed(change: Change): string {
  const copy = structuredClone(document)
  change(copy)
  return JSON.stringify(copy, null, 2)
}

/** The value below these keys, which must be an object. */
export function at(node: unknown, ...keys: string[]): Node {
  let value = node
  for (const key of keys) value = isNode(value) ? value[key] : undefined
  if (!isNode(value)) throw new Error(`there is no object at ${keys.join(' ')}`)
  return value
}

/** The first of a map: tests change one of a kind, whichever it is. */
export function firstOf(node: unknown, ...keys: string[]): [key: string, value: Node] {
  const map = at(node, ...keys)
  const key = Object.keys(map).find((each) => isNode(map[each]))
  if (key === undefined) throw new Error(`there is no object in ${keys.join(' ')}`)
  return [key, at(map, key)]
}

/** A directory that is gone after the tests of a file. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(root, 'test-'))
}

export interface ChangedPackage {
  directory: string
  /** The text of the generated files by name. */
  files: Record<string, string>
  /** Its entry points. */
  index: typeof indexModule
  operations: typeof operationsModule
}

/** The sources of this package, as a changed document generates them, far from any dependency. */
export async function packageOf(change: Change): Promise<ChangedPackage> {
  const directory = await temporaryDirectory()
  const file = join(directory, 'document.yaml')
  await writeFile(file, changed(change))
  const files = await generate(file)
  const source = join(import.meta.dirname, '../../src')
  const generated = join(source, 'generated')
  await cp(source, join(directory, 'src'), {
    recursive: true,
    filter: (path) => !path.startsWith(generated),
  })
  for (const [name, text] of Object.entries(files)) {
    const target = join(directory, 'src/generated', name)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  return {
    directory,
    files,
    index: await import(/* @vite-ignore */ join(directory, 'src/index.ts')),
    operations: await import(/* @vite-ignore */ join(directory, 'src/operations.ts')),
  }
}

/** What the TypeScript compiler says of a changed package and a module that uses it; '' if nothing. */
export async function compile(
  { directory }: Pick<ChangedPackage, 'directory'>,
  module: string,
): Promise<string> {
  const repository = join(import.meta.dirname, '../../../..')
  const config = {
    extends: join(repository, 'tsconfig.base.json'),
    compilerOptions: { lib: ['ES2023', 'DOM'], noEmit: true },
    include: ['src'],
  }
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config))
  await writeFile(join(directory, 'src/module.ts'), module)
  return promisify(execFile)(join(repository, 'node_modules/.bin/tsc'), ['-p', directory]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}
