import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Editors write a file in several steps, and many of them replace it by another one. */
const settleMs = 100

/**
 * Calls the listener each time the content of a file has changed, or of any file in a directory.
 *
 * @param paths of files and directories
 * @returns a function that stops watching
 */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  let content = contentOf(paths)
  let timer: NodeJS.Timeout | undefined
  const compare = () => {
    const changed = contentOf(paths)
    if (changed === content) return
    content = changed
    onChange()
  }
  const settle = () => {
    clearTimeout(timer)
    timer = setTimeout(compare, settleMs)
  }
  const stops = paths.map((path) => {
    if (statSync(path).isDirectory()) return watchDirectory(path, { recursive: true }, settle)
    // The file itself would no longer be watched once another one has replaced it.
    return watchDirectory(dirname(path), {}, (name) => {
      if (name === null || name === basename(path)) settle()
    })
  })
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

/**
 * Watches a directory, and the one that replaces it, as after a checkout of another branch.
 *
 * @param onEvent is called with the name of what has changed, or null if that is unknown
 * @returns a function that stops watching
 */
function watchDirectory(
  path: string,
  options: { recursive?: boolean },
  onEvent: (name: string | null) => void,
): () => void {
  const start = () =>
    existsSync(path)
      ? watch(path, options, (_event, name) => onEvent(name)).on('error', () => onEvent(null))
      : undefined
  let watcher = start()
  const parentWatcher = watch(dirname(path), (_event, name) => {
    if (name !== basename(path)) return
    watcher?.close()
    watcher = start()
    onEvent(null)
  })
  return () => {
    watcher?.close()
    parentWatcher.close()
  }
}

function contentOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesIn)) hash.update(`${path}\0`).update(read(path))
  return hash.digest('hex')
}

function filesIn(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0) // it has just been removed, and another event follows
  }
}
