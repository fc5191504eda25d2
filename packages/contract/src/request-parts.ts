import { validators as parameterValidators } from './generated/parameter-validators.ts'
import { validators as bodyValidators } from './generated/request-body-validators.ts'
import type { ParameterName } from './types.ts'
import type { Validator, Violation } from './violation.ts'
import { violationsOf } from './violation.ts'

const parameters: Record<ParameterName, Validator> = parameterValidators
const body: Validator = bodyValidators['application/json']

/** Holds the decoded value of a path or header parameter against its schema. */
export function checkParameter(name: ParameterName, value: unknown): Violation[] {
  return violationsOf(parameters[name], value)
}

/** Holds a parsed request body against its schema. */
export function checkRequestBody(value: unknown): Violation[] {
  return violationsOf(body, value)
}
