import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BareLoad } from './bare-load.ts'
import type { HttpLoad, LoadResult } from './http-load.ts'

const script = fileURLToPath(new URL('load-process.ts', import.meta.url))

export type Load = BareLoad | HttpLoad

/** The result whose rate is in the middle. */
export function middleOf(results: LoadResult[]): LoadResult {
  const sorted = results.toSorted((left, right) => left.perSecond - right.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('there are no results')
  return middle
}

/** Measures a load that comes from a process of its own. */
export async function measure(load: Load): Promise<LoadResult> {
  const child = fork(script)
  child.send(load)
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the load ended without a result'))),
  ])
  const measured = result as LoadResult // load-process.ts sends nothing else
  if (measured.failed > 0) throw new Error(`${measured.failed} requests of the load failed`)
  return measured
}
