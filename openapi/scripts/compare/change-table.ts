import { basename } from 'node:path'
import type { ContractFile } from '../contract-file.ts'
import { isObject, segmentsOf, valueAt } from '../json.ts'
import type { Change } from './change.ts'

/** How many locations of the same change a table lists; the others are counted. */
const maxLocations = 2

/** Renders the changes as a Markdown table, for a pull request or a changelog. */
export function renderChangeTable(changes: Change[], revision: ContractFile): string {
  const alike = Map.groupBy(changes, ({ bump, what, why }) => JSON.stringify([bump, what, why]))
  const rows = [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const locations = [first, ...others].map((change) => locationOf(change, revision))
    const named = locations.slice(0, maxLocations).join(', ')
    const rest = locations.length - maxLocations
    const where = rest > 0 ? `${named} and ${rest} more` : named
    return [[first.bump, first.what, where, first.why]]
  })
  const head = ['Minimum bump', 'Change', 'Where', 'Why']
  return [head, head.map(() => '---'), ...rows].map(renderRow).join('\n')
}

function renderRow(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

function locationOf(change: Change, revision: ContractFile): string {
  const { path, lineOf } = revision
  return `\`${describePointer(change, revision)}\` (${basename(path)}:${lineOf(change.pointer)})`
}

/** Segments of a pointer that only say what kind of thing the next one names. */
const structure = /^(?:components|schemas|properties|responses|content|application\/json|examples)$/

/** Describes a pointer for readers: the operation by its id, and without segments that only give structure. */
export function describePointer(
  { pointer }: Change,
  { document }: Pick<ContractFile, 'document'>,
): string {
  const segments = segmentsOf(pointer)
  const operation = valueAt(document, pointer.split('/').slice(0, 4).join('/'))
  const id = segments[0] === 'paths' && isObject(operation) ? operation['operationId'] : undefined
  const names = typeof id === 'string' ? [id, ...segments.slice(3)] : segments
  const telling = names.filter((name, index) => index === names.length - 1 || !structure.test(name))
  return telling.join(' › ') || 'the document'
}
