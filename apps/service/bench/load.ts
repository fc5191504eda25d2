import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BareLoad } from './bare-load.ts'
import type { HttpLoad, LoadResult } from './http-load.ts'

const script = fileURLToPath(new URL('load-process.ts', import.meta.url))

export type Load = BareLoad | HttpLoad

/** The result with the median rate. */
export function medianOf(results: LoadResult[]): LoadResult {
  const sorted = results.toSorted((left, right) => left.perSecond - right.perSecond)
  const median = sorted[Math.floor(sorted.length / 2)]
  if (median === undefined) throw new Error('there are no results')
  return median
}

/** Measures a load that a separate process generates. */
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
