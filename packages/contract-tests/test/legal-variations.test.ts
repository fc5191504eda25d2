import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contractCases } from '../src/cases.ts'
import { describeViolation } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { verifyAnyResponse, verifyResponse } from '../src/verify.ts'
import { bodySchemaOf } from './responses/body-schema.ts'
import { legalVariationsOf } from './responses/legal-variations.ts'
import { distinctExamples, examples } from './responses/mutants.ts'
import { safeOperation } from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials } from './support/reference-provider.ts'

const variations = distinctExamples.flatMap(({ operation, example }) =>
  legalVariationsOf(operation, example),
)

test('accepts every response that consumers have to accept', () => {
  const falseAlarms = variations.flatMap(({ name, operation, example, response }) =>
    verifyResponse(operation, { ...response, headers: new Headers(response.headers) }, example).map(
      (violation) => `${name}: ${describeViolation(violation)}`,
    ),
  )
  expect(falseAlarms).toEqual([])
})

test('passes a provider that sends such a response', { timeout: 60_000 }, async () => {
  await using provider = await startProvider(({ path }) => {
    const variation = variations[Number(/^\/(\d+)\//.exec(path)?.[1])]
    if (variation === undefined) throw new Error(`no variation at ${path}`)
    return variation.response
  })
  const falseAlarms: string[] = []
  for (const [index, { name, operation, example }] of variations.entries()) {
    const cases = contractCases
      .filter((each) => each.operation === operation && each.example === example)
      .slice(0, 1)
    const url = `${provider.url}/${index}`
    const target = await createTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, cases)
    if (!passed) falseAlarms.push(name)
  }
  console.log(`false alarms: ${falseAlarms.length}/${variations.length}`)
  expect(falseAlarms).toEqual([])
})

test('accepts any additional fields in a body', () => {
  const additions = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(fc.constantFrom(...examples), additions, ({ operation, example }, fields) => {
      const { status, headers, body } = validResponse(operation, example)
      const { properties } = bodySchemaOf(operation, status)
      const undeclared = Object.entries(fields).filter(([name]) => !Object.hasOwn(properties, name))
      const received = {
        status,
        headers: new Headers(headers),
        body: JSON.stringify({
          ...JSON.parse(String(body)),
          ...Object.fromEntries(undeclared),
        }),
      }
      expect(verifyResponse(operation, received, example)).toEqual([])
    }),
  )
})

test('reports well-formed violations for any other response', () => {
  const received = fc.record({
    status: fc.integer({ min: 100, max: 999 }),
    headers: fc
      .option(fc.constantFrom('application/json', 'text/html', ';', ''))
      .map((type): Headers => new Headers(type === null ? {} : { 'content-type': type })),
    body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.uint8Array()),
  })
  fc.assert(
    fc.property(received, (response) => {
      const lines = verifyAnyResponse(safeOperation, response).map(describeViolation)
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/^\d{3} (status|media type|header|body)/)
    }),
  )
})
