import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exampleNames } from '@connected-apps/contract/examples'
import { contractCases } from '../src/cases.ts'
import { describeFinding } from '../src/index.ts'
import { findingsIn, judge } from '../src/judge.ts'
import { runCases } from '../src/run.ts'
import { openTarget } from '../src/target.ts'
import { legalVariationsOf } from './legal-variations.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials } from './right-answer.ts'

const variations = exampleNames.flatMap(legalVariationsOf)

test('finds nothing in what consumers have to accept', () => {
  const alarms = variations.flatMap(({ name, example, response }) =>
    judge({ ...response, headers: new Headers(response.headers) }, example).map(
      (finding) => `${name}: ${describeFinding(finding)}`,
    ),
  )
  expect(alarms).toEqual([])
})

test('passes a provider that serves it', { timeout: 60_000 }, async () => {
  await using provider = await startProvider(({ path }) => {
    const variation = variations[Number(/^\/(\d+)\//.exec(path)?.[1])]
    if (variation === undefined) throw new Error(`no variation at ${path}`)
    return variation.response
  })
  const alarms: string[] = []
  for (const [index, { name, example }] of variations.entries()) {
    const cases = contractCases.filter((each) => each.example === example).slice(0, 1)
    const url = `${provider.url}/${index}`
    const target = await openTarget({ url, ...credentials, profile: 'mock' })
    const { passed } = await runCases(target, cases)
    if (!passed) alarms.push(name)
  }
  console.log(`false alarms: ${alarms.length}/${variations.length}`)
  expect(alarms).toEqual([])
})

test('finds nothing whatever else a body holds', () => {
  const addition = fc.dictionary(
    fc.string().filter((name) => !/^(status_code|request_id|error_\w+|__proto__)$/.test(name)),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...exampleNames), addition, (example, more) => {
      const { status, headers, body } = rightResponse(example)
      const received = {
        status,
        headers: new Headers(headers),
        body: JSON.stringify({ ...JSON.parse(String(body)), ...more }),
      }
      expect(judge(received, example)).toEqual([])
    }),
  )
})

test('finds nothing but findings, whatever a target answers', () => {
  const received = fc.record({
    status: fc.integer({ min: 100, max: 999 }),
    headers: fc
      .option(fc.constantFrom('application/json', 'text/html', ';', ''))
      .map((type): Headers => new Headers(type === null ? {} : { 'content-type': type })),
    body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.uint8Array()),
  })
  fc.assert(
    fc.property(received, (answer) => {
      const lines = findingsIn(answer).map(describeFinding)
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/^\d{3} (status|media type|header|body)/)
    }),
  )
})
