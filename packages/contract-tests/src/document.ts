import { checkResponseBody, checkResponseHeaders, operation } from '@connected-apps/contract'
import type { Violation } from '@connected-apps/contract'
import {
  exampleBody,
  exampleNames,
  headerParameterExamples,
  pathParameterExamples,
  requestBodyExamples,
  responseHeaderExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import { checkParameter, checkRequestBody } from '@connected-apps/contract/request'
import type { Check } from './report.ts'
import type { ContractViolation } from './verify.ts'

/** Checks every example in the contract's document against its schema. */
export function checkDocument(): Check[] {
  const responseBodies = exampleNames.map((name) => {
    const status = statusOf(name)
    return {
      name: `response ${status}, example ${name}`,
      violations: bodyViolations(status, checkResponseBody(status, exampleBody(name))),
    }
  })
  const responseHeaders = operation.statuses.flatMap((status) =>
    Object.entries(responseHeaderExamples[status]).map(([name, value]) => ({
      name: `response ${status}, header ${name}`,
      violations: violationsAt(
        { status, part: 'header', where: name },
        checkResponseHeaders(status, new Headers({ [name]: `${value}` })),
      ),
    })),
  )
  const parameterExamples = { ...pathParameterExamples, ...headerParameterExamples }
  const parameters = operation.parameters.map(({ name, in: part }) => ({
    name: `parameter ${name}`,
    violations: violationsAt(
      { status: undefined, part, where: name },
      checkParameter(name, parameterExamples[name]),
    ),
  }))
  const requestBodies = Object.entries(requestBodyExamples).map(([name, body]) => ({
    name: `request body, example ${name}`,
    violations: bodyViolations(undefined, checkRequestBody(body)),
  }))
  return [...responseBodies, ...responseHeaders, ...parameters, ...requestBodies].map(
    ({ name, violations }) => ({
      name,
      group: 'document',
      outcome: violations.length === 0 ? 'passed' : 'failed',
      violations,
      durationMs: 0,
    }),
  )
}

function violationsAt(
  location: Omit<ContractViolation, 'message'>,
  violations: Violation[],
): ContractViolation[] {
  return violations.map(({ message }) => ({ ...location, message }))
}

function bodyViolations(status: number | undefined, violations: Violation[]): ContractViolation[] {
  return violations.map(({ pointer, message }) => ({
    status,
    part: 'body',
    where: pointer,
    message,
  }))
}
