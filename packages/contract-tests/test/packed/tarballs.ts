import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cache, packages } from './places.ts'
import { mustRun } from './run.ts'

/** A package as it would be published. */
export interface Tarball {
  name: string
  file: string
}

/** Packs each published package as the release does. */
export async function packAll(): Promise<Tarball[]> {
  const folder = join(cache, 'tarballs')
  await rm(folder, { recursive: true, force: true })
  return Promise.all(
    packages.map(async ({ name, folder: cwd }) => {
      const destination = join(folder, name)
      await mkdir(destination, { recursive: true })
      await mustRun('pnpm', ['pack', '--pack-destination', destination], { cwd })
      const [file, ...others] = await readdir(destination)
      if (file === undefined || others.length > 0)
        throw new Error(`pnpm pack of ${name} left ${file}`)
      return { name, file: join(destination, file) }
    }),
  )
}
