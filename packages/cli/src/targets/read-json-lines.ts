import { CommandError } from '@connected-apps/node-http/command'
import { parseRecord } from '../ledger/record-lines.ts'
import type { Target } from '../target.ts'
import { parseTarget } from './parse-target.ts'
import type { TargetLine } from './parse-target.ts'
import { readTextLines } from './read-text-lines.ts'

/**
 * Reads targets from JSON lines, each an object with the ids.
 *
 * @throws {CommandError} if the lines are those of a ledger
 */
export async function* readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  defaults: Partial<Target>,
): AsyncGenerator<TargetLine, void> {
  let isFirst = true
  for await (const each of readTextLines(bytes)) {
    if (isFirst && 'text' in each && parseRecord(each.text)?.type === 'incident') {
      throw new CommandError(
        'the list of --targets is a ledger; to continue its run, pass it by --resume in place of --targets',
      )
    }
    isFirst = false
    yield 'problem' in each ? each : { line: each.line, ...parseLine(each.text, defaults) }
  }
}

function parseLine(text: string, defaults: Partial<Target>): ReturnType<typeof parseTarget> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'is not JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'is not a JSON object' }
  }
  return parseTarget(value as Record<string, unknown>, defaults) // an object
}
