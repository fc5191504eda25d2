import type { BareLoad } from './bare-load.ts'
import { loadBare } from './bare-load.ts'
import type { HttpLoad } from './http-load.ts'
import { loadHttp } from './http-load.ts'

process.once('message', async (load: BareLoad | HttpLoad) => {
  process.send?.(await (load.kind === 'http' ? loadHttp(load) : loadBare(load)))
  process.disconnect()
})
