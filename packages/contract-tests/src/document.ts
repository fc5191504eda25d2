import {
  checkResponseBody,
  checkResponseHeaders,
  isStatus,
  operation,
} from '@connected-apps/contract'
import type { ParameterName, Violation } from '@connected-apps/contract'
import {
  parameterExamples,
  requestBodyExamples,
  responseExamples,
  responseHeaderExamples,
} from '@connected-apps/contract/examples'
import { checkParameter, checkRequestBody } from '@connected-apps/contract/request'
import type { Check } from './check.ts'
import type { Finding } from './finding.ts'

/** Holds every example of the contract's document against the schema that it stands beside. */
export function checkDocument(): Check[] {
  const bodies = Object.entries(responseExamples).flatMap(([key, examples]) => {
    const status = Number(key)
    return Object.entries(examples).map(([name, body]) => ({
      name: `response ${key}, example ${name}`,
      findings: isStatus(status)
        ? findingsOf(checkResponseBody(status, body), 'body', status)
        : [undeclared(status)],
    }))
  })
  const headers = Object.entries(responseHeaderExamples).flatMap(([key, examples]) => {
    const status = Number(key)
    return Object.entries(examples).map(([name, value]) => ({
      name: `response ${key}, header ${name}`,
      findings: isStatus(status)
        ? findingsOf(
            checkResponseHeaders(status, new Headers({ [name]: `${value}` })),
            'header',
            status,
          )
        : [undeclared(status)],
    }))
  })
  const parameters = operation.parameters.map(({ name }) => ({
    name: `parameter ${name}`,
    findings: findingsOf(checkParameter(name, exampleOf(name)), 'header'),
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

function exampleOf(name: ParameterName): unknown {
  return parameterExamples[name]
}

function undeclared(status: number): Finding {
  return { status, part: 'status', where: '', message: 'is not declared' }
}

function findingsOf(violations: Violation[], part: Finding['part'], status?: number): Finding[] {
  return violations.map(({ pointer, message }) => ({ status, part, where: pointer, message }))
}
