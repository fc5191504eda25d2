import { operation } from '@connected-apps/contract'
import { expect, test } from 'vitest'
import { exampleNames } from '../src/example.ts'
import { contractCases, describeFinding, runContract } from '../src/index.ts'
import type { Report } from '../src/index.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials, rightAnswer, sessions } from './right-answer.ts'

function failures(report: Report): string[] {
  return report.checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name, findings }) => `${name}: ${findings.map(describeFinding).join('; ')}`)
}

function untouched({ coverage }: Report): string[] {
  return Object.values(coverage)
    .flat()
    .filter(({ touched }) => !touched)
    .map(({ name }) => name)
}

test('has a case for each example of the contract, each with a name of its own', () => {
  expect(new Set(contractCases.map(({ example }) => example))).toEqual(new Set(exampleNames))
  expect(new Set(contractCases.map(({ name }) => name)).size).toBe(contractCases.length)
})

test('brings a mock to every answer of the contract', async () => {
  await using provider = await startProvider((request) => ({
    ...rightResponse(rightAnswer(request, { answersPrefer: true })),
  }))
  const report = await runContract({ url: provider.url, ...credentials, require: 'all' })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, notProvoked: [], target: { profile: 'mock' } })
  expect(untouched(report)).toEqual([])
})

test('brings a remote that knows its state to all but 429 and 500', async () => {
  await using provider = await startProvider((request) => rightResponse(rightAnswer(request)))
  const report = await runContract({ url: provider.url, ...credentials, ...sessions })
  expect(failures(report)).toEqual([])
  expect(report).toMatchObject({ passed: true, target: { profile: 'remote' } })
  expect(report.notProvoked.map(({ status }) => status)).toEqual([429, 500])
  expect(operation.statuses).toContain(429)
})
