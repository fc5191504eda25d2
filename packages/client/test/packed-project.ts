import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installDependencies } from '../../../scripts/fetch-packages.ts'
import { dependOn, packAll, writeProject } from '../../../scripts/packed-packages.ts'

/** The client, and the one package of the workspace that it depends on. */
const packed = ['contract', 'client'].map((name) => ({
  name: `@connected-apps/${name}`,
  directory: fileURLToPath(new URL(`../../${name}`, import.meta.url)),
}))

export interface PackedProject {
  directory: string
  remove: () => Promise<void>
}

/**
 * Creates a project of a user, in which npm has installed the client's tarball, packed as for a
 * release.
 *
 * @param packages the `node_modules` directory of the other packages that the project uses
 * @param files further files of the project, by their names
 */
export async function createPackedProject(
  packages: string,
  files: Record<string, string>,
): Promise<PackedProject> {
  // The packages are in the parent of the project, so that installing into it leaves them alone. A
  // link is enough. The project cannot be beside them, below a directory called node_modules,
  // because Next.js compiles nothing there.
  const parent = await mkdtemp(join(tmpdir(), 'project-'))
  await symlink(packages, join(parent, 'node_modules'))
  const directory = join(parent, 'project')
  const tarballs = await packAll(packed, join(parent, 'tarballs'))
  await writeProject(directory, files, { type: 'module', ...dependOn(tarballs) })
  await installDependencies(directory, '--no-package-lock')
  return { directory, remove: () => rm(parent, { recursive: true }) }
}
