import type { responseExamples } from './generated/examples.ts'
import type { Status } from './types.ts'

export {
  parameterExamples,
  requestBodyExamples,
  responseExamples,
  responseHeaderExamples,
} from './generated/examples.ts'

/** The names of the examples of a status: for an error, its known `error_type` values. */
export type ExampleName<S extends Status = Status> = {
  [Each in S]: keyof (typeof responseExamples)[`${Each}`]
}[S]
