import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory, packages } from './directories.ts'
import { runOrThrow } from './run.ts'

/** A packed package. */
export interface Tarball {
  name: string
  file: string
}

/** Packs each published package in the same way as the release. */
export async function packAll(): Promise<Tarball[]> {
  const directory = join(cacheDirectory, 'tarballs')
  await rm(directory, { recursive: true, force: true })
  return Promise.all(
    packages.map(async ({ name, directory: cwd }) => {
      const destination = join(directory, name)
      await mkdir(destination, { recursive: true })
      await runOrThrow('pnpm', ['pack', '--pack-destination', destination], { cwd })
      const [file, ...others] = await readdir(destination)
      if (file === undefined || others.length > 0)
        throw new Error(
          `pnpm pack of ${name} created ${[file, ...others].join(', ')}; expected one file`,
        )
      return { name, file: join(destination, file) }
    }),
  )
}
