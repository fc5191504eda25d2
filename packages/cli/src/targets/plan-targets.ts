import { keyOf } from '../target.ts'
import type { Target } from '../target.ts'
import type { TargetLine, TargetProblem } from './parse-target.ts'
import { SeenKeys } from './seen-keys.ts'

/** What a run would do. */
export interface Plan {
  /** How many calls it takes at least: one per target. */
  readonly targets: number
  /** How many Organizations the targets are in. */
  readonly organizations: number
  /** How many Members they concern; fewer than targets if several apps are revoked. */
  readonly members: number
  /** How many lines are not in the plan: malformed, or the same as an earlier one. */
  readonly skipped: { readonly invalid: number; readonly duplicate: number }
  /** The first {@link MAX_SHOWN_PROBLEMS} of these lines; all are counted in `skipped`. */
  readonly problems: readonly TargetProblem[]
  /**
   * Whether a run may start: there are targets, and no problems other than those to be skipped.
   * A list that could not be read to its end is never complete.
   */
  readonly isRunnable: boolean
}

export interface PlanOptions {
  /** Whether to go on without the lines that are malformed or the same as an earlier one. */
  skipInvalid?: boolean | undefined
}

/** How many problems a plan holds for printing. */
const MAX_SHOWN_PROBLEMS = 20

/**
 * Plans a run without a ledger, for `--dry-run`. Reads all lines, and holds none of them.
 *
 * @param write is called with each target of the plan in order, until the first problem that is not skipped
 */
export async function planTargets(
  lines: AsyncIterable<TargetLine>,
  { skipInvalid = false }: PlanOptions = {},
  write: (target: Target) => Promise<void> | undefined = () => undefined,
): Promise<Plan> {
  const seen = new SeenKeys('lines')
  const organizations = new SeenKeys('count')
  const members = new SeenKeys('count')
  const skipped = { invalid: 0, duplicate: 0 }
  const problems: TargetProblem[] = []
  let isRunnable = true

  for await (const each of lines) {
    const problem = 'target' in each ? undefined : each
    if ('target' in each) {
      const { organization_id, member_id } = each.target
      const firstLine = seen.add(keyOf(each.target), each.line)
      if (firstLine === undefined) {
        organizations.add(organization_id, each.line)
        members.add(`${organization_id} ${member_id}`, each.line)
        if (isRunnable) {
          const written = write(each.target)
          if (written !== undefined) await written
        }
        continue
      }
      skipped.duplicate += 1
      if (problems.length < MAX_SHOWN_PROBLEMS)
        problems.push({ line: each.line, problem: `is the same as line ${firstLine}` })
    } else {
      skipped.invalid += 1
      if (problems.length < MAX_SHOWN_PROBLEMS) problems.push(each)
    }
    isRunnable &&= skipInvalid && !problem?.isLast
  }
  return {
    targets: seen.size,
    organizations: organizations.size,
    members: members.size,
    skipped,
    problems,
    isRunnable: isRunnable && seen.size > 0,
  }
}
