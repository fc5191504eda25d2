import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BareLoad } from './bare-load.ts'
import type { HttpLoad, LoadResult } from './http-load.ts'

const script = fileURLToPath(new URL('load-process.ts', import.meta.url))

/** Measures a load that comes from a process of its own. */
export async function measure(load: BareLoad | HttpLoad): Promise<LoadResult> {
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
