import { formatCount } from '../format.ts'
import type { Target } from '../target.ts'
import { TARGET_IDS, parseTarget } from './parse-target.ts'
import type { TargetLine } from './parse-target.ts'
import { readCsvRows } from './read-csv-rows.ts'
import type { Row } from './read-csv-rows.ts'

/** Reads targets from CSV with a header. */
export async function* readCsv(
  bytes: AsyncIterable<Uint8Array>,
  defaults: Partial<Target>,
): AsyncGenerator<TargetLine, void> {
  let header: Row | undefined
  for await (const row of readCsvRows(bytes)) {
    if ('problem' in row) {
      yield row
    } else if (header) {
      yield { line: row.line, ...parseRow(row, header, defaults) }
    } else {
      header = { ...row, fields: row.fields.map((name) => name.trim()) }
      const problem = headerProblem(header, defaults)
      if (problem === undefined) continue
      yield { line: row.line, problem, isLast: true }
      return
    }
  }
}

function headerProblem({ fields }: Row, defaults: Partial<Target>): string | undefined {
  const expected = `the header must name ${TARGET_IDS.join(', ')}, separated by commas`
  for (const name of TARGET_IDS) {
    if (fields.indexOf(name) !== fields.lastIndexOf(name)) return `has two columns ${name}`
    if (!fields.includes(name) && defaults[name] === undefined) {
      const option = name === 'connected_app_id' ? '; or pass --connected-app-id' : ''
      return `has no column ${name}; ${expected}${option}`
    }
  }
  return undefined
}

function parseRow(
  { fields }: Row,
  header: Row,
  defaults: Partial<Target>,
): ReturnType<typeof parseTarget> {
  if (fields.length !== header.fields.length) {
    return {
      problem: `has ${formatCount(fields.length, 'field')}, and the header has ${header.fields.length}`,
    }
  }
  const values: Partial<Record<keyof Target, string | undefined>> = {}
  for (const id of TARGET_IDS) values[id] = fields[header.fields.indexOf(id)]
  return parseTarget(values, defaults)
}
