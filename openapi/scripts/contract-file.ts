import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNode, LineCounter, parseDocument } from 'yaml'
import { isVersion } from './bump.ts'
import { UsageError } from './command.ts'
import type { JsonObject } from './json.ts'
import { isObject, segmentsOf } from './json.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const contractPath = fileURLToPath(new URL('../connected-apps.yaml', import.meta.url))
export const releasedPath = fileURLToPath(
  new URL('../released/connected-apps.yaml', import.meta.url),
)

/** An OpenAPI document in a file. */
export interface ContractFile {
  path: string
  text: string
  document: JsonObject
  /** `info.version` */
  version: string
  /** The line of what a JSON Pointer points to, or of its nearest existing ancestor. */
  lineOf: (pointer: string) => number
}

/** Reads the file. Throws a {@link UsageError} of one line, with the position, if it is not a contract. */
export function readContractFile(path: string): ContractFile {
  const name = nameOf(path)
  const text = readText(path, name)
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = yaml.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new UsageError(`${name}:${line}:${col}: ${error.message.split('\n')[0]}`)
  }
  const document: unknown = toJson(() => yaml.toJS(), name)
  if (!isObject(document)) throw new UsageError(`${name}:1:1: is not an OpenAPI document`)
  const lineOf = (pointer: string) => {
    for (let segments = segmentsOf(pointer); ; segments = segments.slice(0, -1)) {
      const node = yaml.getIn(segments, true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
      if (segments.length === 0) return 1
    }
  }
  if (!isObject(document['paths'])) {
    throw new UsageError(`${name}:${lineOf('#/paths')}: paths is not an object`)
  }
  const version = isObject(document['info']) ? document['info']['version'] : undefined
  if (!isVersion(version)) {
    throw new UsageError(
      `${name}:${lineOf('#/info/version')}: info.version is not of the form 1.2.3`,
    )
  }
  return { path, text, document, version, lineOf }
}

/** Replaces `info.version` in the text, and changes nothing else. */
export function withVersion({ text }: ContractFile, version: string): string {
  const node = parseDocument(text).getIn(['info', 'version'], true)
  if (!isNode(node) || !node.range) throw new Error('a contract that was read has a version')
  const [start, end] = node.range
  return text.slice(0, start) + version + text.slice(end)
}

/** The name of a file for messages: relative to the root of the repository, if it is in there. */
export function nameOf(path: string): string {
  const name = relative(root, path)
  return name.startsWith('..') ? path : name
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new UsageError(`${name}: cannot be read (${code})`, { cause: error })
  }
}

/** Builds the values. An alias to a missing anchor, or to its own parent, only fails here. */
function toJson(build: () => unknown, name: string): unknown {
  try {
    return build()
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
