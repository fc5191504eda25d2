import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A packed package. */
export interface Tarball {
  name: string
  file: string
}

/** Packs each package in the same way as the release, in a directory of its own in `parent`. */
export function packAll(
  packages: { name: string; directory: string }[],
  parent: string,
): Promise<Tarball[]> {
  return Promise.all(
    packages.map(async ({ name, directory: cwd }) => {
      const destination = join(parent, name)
      await mkdir(destination, { recursive: true })
      await promisify(execFile)('pnpm', ['pack', '--pack-destination', destination], { cwd })
      const [file, ...others] = await readdir(destination)
      if (file === undefined || others.length > 0)
        throw new Error(
          `pnpm pack of ${name} created ${[file, ...others].join(', ')}; expected one file`,
        )
      return { name, file: join(destination, file) }
    }),
  )
}

/** The fields of a package.json that make npm install the tarballs. */
export function dependOn(tarballs: Tarball[]) {
  return {
    dependencies: Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
    // The packages depend on each other's versions, which may not be published yet.
    overrides: Object.fromEntries(tarballs.map(({ name }) => [name, `$${name}`])),
  }
}

/** Writes the files of a project by their names, and its package.json. */
export async function writeProject(
  directory: string,
  files: Record<string, string>,
  manifest: object,
): Promise<void> {
  const all = { ...files, 'package.json': JSON.stringify({ private: true, ...manifest }) }
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
}
