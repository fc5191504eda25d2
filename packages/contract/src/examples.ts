import { responseExamples } from './generated/examples.ts'
import type { ResponseBody, Status } from './types.ts'

export {
  headerParameterExamples,
  pathParameterExamples,
  requestBodyExamples,
  responseExamples,
  responseHeaderExamples,
} from './generated/examples.ts'

/** The names of the examples of a status: for an error, its known `error_type` values. */
export type ExampleName<S extends Status = Status> = {
  [Each in S]: keyof (typeof responseExamples)[`${Each}`]
}[S]

type Bodies = { [S in Status as ExampleName<S>]: ResponseBody<S> }

const bodies = Object.fromEntries(
  Object.values(responseExamples).flatMap((each) => Object.entries<ResponseBody>(each)),
) as Bodies // Object.fromEntries forgets which name has which body

/** The name of each example of a response, in the order of the statuses. */
export const exampleNames = Object.keys(bodies) as readonly ExampleName[] // the keys are the names

/** Whether the contract has a response example of this name. */
export function isExampleName(name: unknown): name is ExampleName {
  return typeof name === 'string' && Object.hasOwn(bodies, name)
}

/** The body of a named example. */
export function exampleBody<Name extends ExampleName>(name: Name): Bodies[Name] {
  return bodies[name]
}

/** The status that a named example belongs to. */
export function statusOf<Name extends ExampleName>(name: Name): Bodies[Name]['status_code'] {
  return bodies[name].status_code
}
