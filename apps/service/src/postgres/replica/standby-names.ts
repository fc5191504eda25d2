/** The value of `synchronous_standby_names`: for how many of which standbys a commit waits. */
export interface StandbyNames {
  /** `FIRST`: for those that come first; `ANY`: for whichever respond first. */
  method: 'FIRST' | 'ANY'
  count: number
  /** As they are written; `*` stands for every standby. */
  names: string[]
}

/**
 * Parses PostgreSQL's setting `synchronous_standby_names`, such as `ANY 2 (a, b)`. PostgreSQL has
 * rejected what is not valid already.
 *
 * @returns undefined if it is empty: then no commit waits for a standby
 * @see https://www.postgresql.org/docs/current/runtime-config-replication.html
 */
export function parseStandbyNames(setting: string): StandbyNames | undefined {
  const [, method = 'FIRST', count = '1', list = setting] =
    /^\s*(?:(FIRST|ANY)\s+)?(\d+)\s*\((.*)\)\s*$/is.exec(setting) ?? []
  const names = Array.from(list.matchAll(/"(?:[^"]|"")*"|[^\s,]+/g), ([name]) => name)
  if (names.length === 0) return undefined
  return {
    method: method.toUpperCase() === 'ANY' ? 'ANY' : 'FIRST',
    count: Number(count),
    names,
  }
}

/** Whether a commit that waits for a quorum waits for every standby that may belong to it. */
export function isEveryStandbyRequired({ count, names }: StandbyNames): boolean {
  return !names.includes('*') && count >= names.length
}
