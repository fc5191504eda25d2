import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exampleNames } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { describeViolation } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { verifyAnyResponse, verifyResponse } from '../src/verify.ts'
import { legalVariationsOf } from './responses/legal-variations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials } from './support/reference-provider.ts'

const variations = exampleNames.flatMap(legalVariationsOf)

test('accepts every response that consumers have to accept', () => {
  const falseAlarms = variations.flatMap(({ name, example, response }) =>
    verifyResponse({ ...response, headers: new Headers(response.headers) }, example).map(
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
  for (const [index, { name, example }] of variations.entries()) {
    const cases = contractCases.filter((each) => each.example === example).slice(0, 1)
    const url = `${provider.url}/${index}`
    const target = await createTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, cases)
    if (!passed) falseAlarms.push(name)
  }
  console.log(`false alarms: ${falseAlarms.length}/${variations.length}`)
  expect(falseAlarms).toEqual([])
})

test('accepts any additional fields in a body', () => {
  const addition = fc.dictionary(
    fc.string().filter((name) => !/^(status_code|request_id|error_\w+|__proto__)$/.test(name)),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...exampleNames), addition, (example, fields) => {
      const { status, headers, body } = validResponse(example)
      const received = {
        status,
        headers: new Headers(headers),
        body: JSON.stringify({ ...JSON.parse(String(body)), ...fields }),
      }
      expect(verifyResponse(received, example)).toEqual([])
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
      const lines = verifyAnyResponse(response).map(describeViolation)
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/^\d{3} (status|media type|header|body)/)
    }),
  )
})
