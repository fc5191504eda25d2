import { basename } from 'node:path'
import type { ContractFile } from '../contract-file.ts'
import { isObject, segmentsOf, valueAt } from '../json.ts'
import type { Change } from './change.ts'

/** How many places of the same change a table names; the rest is counted. */
const maxPlaces = 2

/** The changes as a table in Markdown, for a pull request or a changelog. */
export function renderChangeTable(changes: Change[], revision: ContractFile): string {
  const alike = Map.groupBy(changes, ({ bump, what, why }) => JSON.stringify([bump, what, why]))
  const rows = [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const places = [first, ...others].map((change) => placeOf(change, revision))
    const named = places.slice(0, maxPlaces).join(', ')
    const rest = places.length - maxPlaces
    const where = rest > 0 ? `${named} and ${rest} more` : named
    return [[first.bump, first.what, where, first.why]]
  })
  const head = ['Least bump', 'Change', 'Where', 'Why']
  return [head, head.map(() => '---'), ...rows].map(renderRow).join('\n')
}

function renderRow(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** The pointer as a person reads it, an operation by its id. */
function placeOf({ pointer }: Change, { document, path, lineOf }: ContractFile): string {
  const segments = segmentsOf(pointer)
  const operation = valueAt(document, pointer.split('/').slice(0, 4).join('/'))
  const id = segments[0] === 'paths' && isObject(operation) ? operation['operationId'] : undefined
  const names = typeof id === 'string' ? [id, ...segments.slice(3)] : segments
  return `\`${names.join(' › ') || 'the document'}\` (${basename(path)}:${lineOf(pointer)})`
}
