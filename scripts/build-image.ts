import { execFile, spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, rename, rmdir, symlink } from 'node:fs/promises'
import { delimiter, dirname, join, matchesGlob, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The result of a stage of the Dockerfile: files, and how they are run. */
export interface Image {
  /** The directory that stands for the root of the image's file system, without the base image. */
  files: string
  /** The image that its first stage starts from, such as `node:24.21.0-trixie`. */
  base: string
  /** Paths in the image are absolute. */
  workdir: string
  env: Record<string, string>
  user: string
  command: string[]
  healthcheck: string[]
}

/** An instruction of a Dockerfile, such as `COPY . .`: its name, its flags and the rest. */
interface Instruction {
  name: string
  flags: Record<string, string>
  text: string
}

/**
 * Runs the steps of the Dockerfile without a container engine: in an empty directory, with the files
 * of the repository that `.dockerignore` does not exclude. Tests use it in place of `docker build`. It
 * throws at instructions that it does not support. Steps run the programs of this machine, so they
 * must not name absolute paths.
 *
 * @param directory an empty directory
 * @returns the stages by their names
 */
export async function buildImages(directory: string): Promise<Map<string, Image>> {
  const programs = await linkPrograms(join(directory, 'bin'))
  const stages = new Map<string, Image>()
  for (const [name, instructions] of await readDockerfile()) {
    const files = join(directory, name)
    await mkdir(files)
    let image: Image | undefined
    for (const instruction of instructions) {
      image = await apply(instruction, image, { files, stages, programs })
      stages.set(name, image)
    }
  }
  return stages
}

/** @returns the instructions of each stage, by its name */
async function readDockerfile(): Promise<Map<string, Instruction[]>> {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8')
  const lines = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '')
  const stages = new Map<string, Instruction[]>()
  let current: Instruction[] = []
  for (const line of lines.split('\n').filter(Boolean)) {
    const [, name = '', flags = '', rest = ''] = /^(\w+) ((?:--\S+ )*)(.*)$/.exec(line) ?? []
    const parsed = [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ])
    if (name === 'FROM') stages.set(/ AS (\S+)$/.exec(rest)?.[1] ?? '', (current = []))
    current.push({ name, flags: Object.fromEntries(parsed), text: rest })
  }
  return stages
}

interface Build {
  files: string
  stages: Map<string, Image>
  programs: string
}

async function apply(
  { name, flags, text }: Instruction,
  image: Image | undefined,
  { files, stages, programs }: Build,
): Promise<Image> {
  if (name === 'FROM') {
    const [base = ''] = text.split(' ')
    const parent = stages.get(base)
    if (parent !== undefined) await cp(parent.files, files, { recursive: true })
    const empty = { base, workdir: '/', env: {}, user: 'root', command: [], healthcheck: [] }
    return { ...(parent ?? empty), files }
  }
  if (image === undefined) throw new Error(`${name} before FROM`)
  const directory = join(files, image.workdir)
  switch (name) {
    case 'WORKDIR':
      await mkdir(join(files, text), { recursive: true })
      return { ...image, workdir: text }
    case 'ENV':
      return { ...image, env: { ...image.env, ...parseVariables(text) } }
    case 'USER':
      return { ...image, user: text }
    case 'COPY':
      await copy(text, directory, flags['from'] && stages.get(flags['from'])?.files)
      return image
    case 'RUN':
      await run(text, directory, { ...image.env, PATH: programs })
      return image
    case 'EXPOSE':
      return image
    case 'HEALTHCHECK':
      return { ...image, healthcheck: parseExec(text.replace(/^CMD /, '')) }
    case 'CMD':
      return { ...image, command: parseExec(text) }
    default:
      throw new Error(`scripts/build-image.ts does not support ${name}; add it there`)
  }
}

async function copy(text: string, directory: string, stage: string | undefined): Promise<void> {
  const [source = '', destination = '', ...others] = text.split(' ')
  if (others.length > 0)
    throw new Error(`COPY ${text}: scripts/build-image.ts supports only one source`)
  const to = join(directory, destination)
  if (stage !== undefined) {
    // The files are moved, since a copy would take seconds, and no other step uses them.
    await rmdir(to)
    return rename(join(stage, source), to)
  }
  const isIgnored = await readDockerignore()
  const from = join(root, source)
  const filter = (path: string): boolean => !isIgnored(relative(root, path))
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter })
}

/** @returns whether the build context lacks a file or directory of the repository */
export async function readDockerignore(): Promise<(path: string) => boolean> {
  const text = await readFile(join(root, '.dockerignore'), 'utf8')
  const patterns = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (patterns.some((pattern) => pattern.startsWith('!')))
    throw new Error(
      '.dockerignore: patterns that start with ! are not supported by scripts/build-image.ts',
    )
  return (path) => patterns.some((pattern) => matchesGlob(path, pattern))
}

/** Runs a step in a shell, with as little of this machine as a package manager needs. */
async function run(text: string, cwd: string, env: Record<string, string>): Promise<void> {
  const kept = /^(?:HOME|TMPDIR|XDG_\w+|PNPM_HOME|npm_config_\w+|NODE_EXTRA_CA_CERTS|\w+_proxy)$/i
  const machine = Object.entries(process.env).filter(([name]) => kept.test(name))
  await promisify(execFile)('sh', ['-euc', text], {
    cwd,
    // Packages that have not changed are taken from the repository's cache of builds.
    env: { ...Object.fromEntries(machine), TURBO_CACHE_DIR: join(root, '.turbo/cache'), ...env },
    maxBuffer: Number.POSITIVE_INFINITY,
  })
}

/** The programs of the base image: Node.js, npm and the system's, but none of the repository. */
async function linkPrograms(directory: string): Promise<string> {
  await mkdir(directory)
  await symlink(process.execPath, join(directory, 'node'))
  const { stdout } = spawnSync('which', ['npm'], { encoding: 'utf8' })
  return [directory, dirname(stdout.trim()), '/usr/bin', '/bin'].join(delimiter)
}

function parseVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(' ').map((pair) => {
      const [name = '', value = ''] = pair.split('=')
      return [name, value]
    }),
  )
}

/** Parses the exec form. The shell form is rejected, since a shell would not forward signals. */
function parseExec(text: string): string[] {
  const parsed: unknown = JSON.parse(text)
  if (Array.isArray(parsed) && parsed.every((part) => typeof part === 'string')) return parsed
  throw new Error(`${text} must be an array of strings, since a shell would not forward signals`)
}
