import { checkParameter } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import type { Check } from './report.ts'
import type { ContractViolation } from './verify.ts'

/** An example in the document, and the validator of its schema, which operations may share. */
interface DocumentExample extends Pick<ContractViolation, 'status' | 'part'> {
  name: string
  value: unknown
  validate: Operation['parameters'][string]['validate'] | undefined
  /** The name of the header or parameter; empty for a body. */
  where?: string
}

/** Checks every example in the contract's document against its schema. Those that operations share are checked once. */
export function checkDocument(operations: readonly Operation[] = allOperations): Check[] {
  const examples = operations.flatMap((operation) =>
    examplesOf(operation).map((example) => ({ ...example, operation })),
  )
  const distinct = examples.filter(
    ({ name, value, validate }, index) =>
      index ===
      examples.findIndex(
        (other) => other.name === name && other.value === value && other.validate === validate,
      ),
  )
  return distinct.map((example) => {
    const { name, operation } = example
    const isAmbiguous = distinct.filter((other) => other.name === name).length > 1
    const violations = violationsOf(example)
    return {
      name: isAmbiguous ? `${name} of ${operation.operationId}` : name,
      outcome: violations.length === 0 ? 'passed' : 'failed',
      violations,
      durationMs: 0,
    }
  })
}

function examplesOf(operation: Operation): DocumentExample[] {
  const { examples, responseBodies, responseHeaders, parameters, request } = operation
  return [
    ...Object.entries(examples).map(([name, { status, body }]) => ({
      name: `response ${status}, example ${name}`,
      value: body,
      validate: responseBodies[status],
      status,
      part: 'body' as const,
    })),
    ...Object.entries(responseHeaders).flatMap(([status, headers]) =>
      Object.entries(headers).map(([where, { example, validate }]) => ({
        name: `response ${status}, header ${where}`,
        value: String(example),
        validate,
        status: Number(status),
        part: 'header' as const,
        where,
      })),
    ),
    ...Object.entries(parameters).map(([where, { in: part, example, validate }]) => ({
      name: `parameter ${where}`,
      value: example,
      validate,
      status: undefined,
      part,
      where,
    })),
    ...Object.entries(request?.examples ?? {}).map(([name, body]) => ({
      name: `request body, example ${name}`,
      value: body,
      validate: request?.validate,
      status: undefined,
      part: 'body' as const,
    })),
  ]
}

function violationsOf({ value, validate, ...at }: DocumentExample): ContractViolation[] {
  const { status, part } = at
  const violations = validate ? checkParameter({ validate }, value) : []
  return violations.map(({ pointer, message }) => ({
    status,
    part,
    where: at.where ?? pointer,
    message,
  }))
}
