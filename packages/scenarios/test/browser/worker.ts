import { api } from '../../examples/worker.ts'

Object.assign(globalThis, { engine: api.engine }) // for the test, which cannot import it
