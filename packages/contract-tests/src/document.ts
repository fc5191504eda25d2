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
      findings: findingsOf(checkResponseBody(status, exampleBody(name)), 'body', status),
    }
  })
  const headers = operation.statuses.flatMap((status) =>
    Object.entries(responseHeaderExamples[status]).map(([name, value]) => ({
      name: `response ${status}, header ${name}`,
      findings: findingsOf(
        checkResponseHeaders(status, new Headers({ [name]: `${value}` })),
        'header',
        status,
      ),
    })),
  )
  const parameterExamples = { ...pathParameterExamples, ...headerParameterExamples }
  const parameters = operation.parameters.map(({ name }) => ({
    name: `parameter ${name}`,
    findings: findingsOf(checkParameter(name, parameterExamples[name]), 'header'),
  }))
  const requests = Object.entries(requestBodyExamples).map(([name, body]) => ({
    name: `request body, example ${name}`,
    findings: findingsOf(checkRequestBody(body), 'body'),
  }))
  return [...bodies, ...headers, ...parameters, ...requests].map(({ name, findings }) => ({
    name,
    group: 'document',
    outcome: findings.length === 0 ? 'passed' : 'failed',
    findings,
    durationMs: 0,
  }))
}

function findingsOf(violations: Violation[], part: Finding['part'], status?: number): Finding[] {
  return violations.map(({ pointer, message }) => ({ status, part, where: pointer, message }))
}
