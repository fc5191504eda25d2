import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FetchedPackages } from '../../../../scripts/fetch-packages.ts'
import { fetchOrSkip } from '../../../../scripts/fetch-packages.ts'
import { writeProject } from '../../../../scripts/packed-packages.ts'
import { cacheDirectory } from './directories.ts'

const tools = {
  jest: '30.5.2',
  tsx: '4.23.15',
  // The oldest version that can read the declarations.
  'typescript-5.0': 'npm:typescript@5.0.4',
}

/** Fetches what only the tests of CommonJS need. */
export function fetchTools(): Promise<FetchedPackages> {
  return fetchOrSkip(join(cacheDirectory, 'commonjs-tools'), tools)
}

/** A project whose package.json names no `type`, so that Node.js and compilers take it for CommonJS. */
export async function createCommonJsProject(
  packages: string,
  files: Record<string, string>,
): Promise<AsyncDisposable & { directory: string }> {
  // Jest ignores tests below a directory called node_modules, where the cache is.
  const directory = await mkdtemp(join(tmpdir(), 'commonjs-'))
  await symlink(packages, join(directory, 'node_modules'))
  await writeProject(directory, files, { name: 'a-commonjs-project' })
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

const node10 = {
  file: 'program.ts',
  module: 'commonjs',
  moduleResolution: 'node10',
  runs: 'program.js',
}
const node16 = {
  file: 'program.cts',
  module: 'node16',
  moduleResolution: 'node16',
  runs: 'program.cjs',
}

/** A way to compile the program of a project. */
interface Compilation {
  compiler: string
  file: string
  module: string
  moduleResolution: string
  /** The compiled file, if it is CommonJS; other tests run ES modules. */
  runs?: string
}

/** What consumers may compile with; TypeScript 7 no longer has node10. */
export const compilations: Compilation[] = [
  { compiler: 'typescript-5.0', ...node10 },
  { compiler: 'typescript-5.0', ...node16 },
  { compiler: 'typescript-5.0', file: 'program.mts', module: 'node16', moduleResolution: 'node16' },
  { compiler: 'typescript-5.0', file: 'program.ts', module: 'esnext', moduleResolution: 'bundler' },
  { compiler: 'typescript-5', ...node10 },
  { compiler: 'typescript-5', ...node16 },
  { compiler: 'typescript-7', ...node16 },
]

/** A tsconfig.json for one of them, with the other options as `tsc --init` sets them, but all declarations checked. */
export function tsconfig({ file, module, moduleResolution }: Compilation): string {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    module,
    moduleResolution,
    resolveJsonModule: true,
    esModuleInterop: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    skipDefaultLibCheck: true, // those of the compiler itself take seconds
  }
  return JSON.stringify({ compilerOptions, files: [file] })
}
