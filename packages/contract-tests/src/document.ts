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
import type { Check } from './check.ts'
import type { Finding } from './finding.ts'

/** Holds every example of the contract's document against the schema that it stands beside. */
export function checkDocument(): Check[] {
  const bodies = exampleNames.map((name) => {
    const status = statusOf(name)
    return {
      name: `response ${status}, example ${name}`,
      findings: findingsInBody(status, checkResponseBody(status, exampleBody(name))),
    }
  })
  const headers = operation.statuses.flatMap((status) =>
    Object.entries(responseHeaderExamples[status]).map(([name, value]) => ({
      name: `response ${status}, header ${name}`,
      findings: findingsAt(
        { status, part: 'header', where: name },
        checkResponseHeaders(status, new Headers({ [name]: `${value}` })),
      ),
    })),
  )
  const parameterExamples = { ...pathParameterExamples, ...headerParameterExamples }
  const parameters = operation.parameters.map(({ name, in: part }) => ({
    name: `parameter ${name}`,
    findings: findingsAt(
      { status: undefined, part, where: name },
      checkParameter(name, parameterExamples[name]),
    ),
  }))
  const requests = Object.entries(requestBodyExamples).map(([name, body]) => ({
    name: `request body, example ${name}`,
    findings: findingsInBody(undefined, checkRequestBody(body)),
  }))
  return [...bodies, ...headers, ...parameters, ...requests].map(({ name, findings }) => ({
    name,
    group: 'document',
    outcome: findings.length === 0 ? 'passed' : 'failed',
    findings,
    durationMs: 0,
  }))
}

function findingsAt(place: Omit<Finding, 'message'>, violations: Violation[]): Finding[] {
  return violations.map(({ message }) => ({ ...place, message }))
}

function findingsInBody(status: number | undefined, violations: Violation[]): Finding[] {
  return violations.map(({ pointer, message }) => ({
    status,
    part: 'body',
    where: pointer,
    message,
  }))
}
