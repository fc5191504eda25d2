import type { AppRecord, SearchedRecord, SkippedRecord, TargetRecord } from '../ledger/records.ts'
import { keyOf } from '../target.ts'
import { Apps } from './apps.ts'
import type { AppsSummary } from './apps.ts'
import type { TargetLine, TargetProblem } from './parse-target.ts'
import { SeenKeys } from './seen-keys.ts'

/** How many lines are not in a plan. */
export interface Skipped {
  /** Malformed. */
  readonly invalid: number
  /** The same as an earlier one. */
  readonly duplicate: number
  /** Organizations whose Members could not be read, so that targets are missing. */
  readonly unread: number
}

/** What a run would do. */
export interface Plan {
  readonly apps: AppsSummary
  /** How many calls it takes at least: one per target. */
  readonly targets: number
  /** How many Organizations the targets are in. */
  readonly organizations: number
  /** How many Members they concern; fewer than targets if several apps are revoked. */
  readonly members: number
  /** Organizations in which the search found nobody. */
  readonly searched: number
  readonly skipped: Skipped
  /** The first {@link MAX_SHOWN_PROBLEMS} of these lines; all are counted in `skipped`. */
  readonly problems: readonly TargetProblem[]
  /**
   * Whether a run may start: there are targets, and no problems other than those to be skipped.
   * A list that could not be read to its end is never complete.
   */
  readonly isRunnable: boolean
  /** Whether a run is not needed: a search that could be run has found nobody. */
  readonly isEmpty: boolean
}

export interface PlanOptions {
  /** Whether to leave out the lines that are malformed or the same as an earlier one. */
  skipInvalid?: boolean | undefined
  /**
   * Whether the targets were found by a search, which lists each Member by the id that only this Member
   * has. An Organization that is searched by its id and by its slug has the same Members under both.
   */
  isSearch?: boolean | undefined
}

type PlanRecord = TargetRecord | AppRecord | SearchedRecord | SkippedRecord

/** How many problems a plan holds for printing. */
const MAX_SHOWN_PROBLEMS = 20

/**
 * Plans a run. Reads all lines, and holds none of them.
 *
 * @param write writes a record of the plan to a ledger, in order, until the first problem that is not
 * skipped; left out for `--dry-run`
 */
export async function planTargets(
  lines: AsyncIterable<TargetLine>,
  { skipInvalid = false, isSearch = false }: PlanOptions = {},
  write: (record: PlanRecord) => Promise<void> | undefined = () => undefined,
): Promise<Plan> {
  const seen = new SeenKeys('lines')
  const organizations = new SeenKeys('count')
  const members = new SeenKeys('count')
  const skipped = { invalid: 0, duplicate: 0, unread: 0 }
  const problems: TargetProblem[] = []
  const apps = new Apps()
  let searched = 0
  let isRunnable = true
  /** The last line whose Organization an earlier line has under another name. */
  let renamedLine: number | undefined

  /** The record of a line, which is counted; undefined for what its line was skipped for already. */
  const count = (each: TargetLine): PlanRecord | undefined => {
    if ('app' in each) {
      apps.add(each.app.connected_app_id, each.app.name)
      return { type: 'app', ...each.app }
    }
    if ('searched' in each) {
      searched += 1
      return { type: 'searched', ...each.searched }
    }
    if ('target' in each) {
      const { organization_id, member_id, connected_app_id } = each.target
      const key = isSearch ? `${member_id} ${connected_app_id}` : keyOf(each.target)
      const firstLine = seen.add(key, each.line)
      if (firstLine === undefined) {
        apps.add(connected_app_id)
        organizations.add(organization_id, each.line)
        members.add(`${organization_id} ${member_id}`, each.line)
        return { type: 'target', ...each.target }
      }
      if (renamedLine === each.line) return undefined
      const isRenamed = isSearch && firstLine !== each.line
      if (isRenamed) renamedLine = each.line
      skipped.duplicate += 1
      const same = isRenamed ? 'names the same Organization as' : 'is the same as'
      return skip({ line: each.line, problem: `${same} line ${firstLine}` })
    }
    skipped[each.isUnread ? 'unread' : 'invalid'] += 1
    return skip(each)
  }
  const skip = (problem: TargetProblem): PlanRecord => {
    if (problems.length < MAX_SHOWN_PROBLEMS) problems.push(problem)
    isRunnable &&= skipInvalid && !problem.isLast
    return { type: 'skipped', line: problem.line, problem: problem.problem }
  }

  for await (const each of lines) {
    const record = count(each)
    const written = isRunnable && record !== undefined ? write(record) : undefined
    if (written !== undefined) await written
  }
  return {
    apps: apps.summarize(),
    targets: seen.size,
    organizations: organizations.size,
    members: members.size,
    searched,
    skipped,
    problems,
    isRunnable: isRunnable && seen.size > 0,
    isEmpty: isRunnable && seen.size === 0 && searched > 0,
  }
}
