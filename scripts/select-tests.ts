import { existsSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { root } from './run-process.mjs'
import { packages } from './run-task.ts'

/** The tests that a run of `npm test` is limited to; all tests if it names none. */
export interface Selection {
  packages: Set<string>
  /** Files and directories of tests, relative to their package, by the name of the package. */
  files: Map<string, string[]>
  isForced: boolean
}

/** Reads the arguments of `npm test`. @returns what is wrong with them, if anything */
export function selectTests(args: string[]): Selection | string {
  const selected: Selection = { packages: new Set(), files: new Map(), isForced: false }
  for (const arg of args) {
    if (arg === '--force') {
      selected.isForced = true
      continue
    }
    if (arg.startsWith('-')) {
      return `unknown option ${arg}; see npm test -- --help`
    }
    const path = relative(root, resolve(root, arg))
    const names = Object.entries(packages)
    const isChosen = ([name = '', directory]: string[]) =>
      [name, `@connected-apps/${name}`].includes(arg) || path === directory
    const [name] = names.find(isChosen) ?? []
    if (name !== undefined) {
      selected.packages.add(name)
      continue
    }
    const [owner, directory = ''] = names.find(([, of]) => path.startsWith(of + sep)) ?? []
    if (owner === undefined || !existsSync(join(root, path))) {
      return `${JSON.stringify(arg)} is neither a package (${Object.keys(packages).join(', ')}) nor a file in one`
    }
    const files = selected.files.get(owner) ?? []
    selected.files.set(owner, [...files, relative(join(root, directory), join(root, path))])
  }
  // A package runs all of its files.
  for (const name of selected.packages) selected.files.delete(name)
  return selected
}
