import { expect, test } from 'vitest'
import { contractCases } from '../src/cases.ts'
import { describeViolation, runContract } from '../src/index.ts'
import { createTarget, runCases } from '../src/target.ts'
import { safeOperation, successOf } from './support/operations.ts'
import { startProvider, validResponse } from './support/provider.ts'
import { credentials, sessions } from './support/reference-provider.ts'

test('redacts secrets that the target echoes', async () => {
  await using echo = await startProvider(({ headers }) => ({
    status: 200,
    headers: { 'content-type': `text/${sessions.sessionTokenWithoutPermission}` },
    body: JSON.stringify(headers),
  }))
  const report = await runContract({ url: echo.url, ...credentials, ...sessions })
  const text = JSON.stringify(report)
  expect(text).toContain('[redacted]')
  const basic = Buffer.from(`${credentials.projectId}:${credentials.secret}`).toString('base64')
  for (const secret of [credentials.secret, basic, ...Object.values(sessions)]) {
    expect(text).not.toContain(secret)
  }
})

test.each([
  ['the given secret', 'project-1', 'a-secret'],
  ['a wrong secret', 'project1', 'not-a-secret'],
])('redacts Basic credentials with %s, which contain the given one', async (_, projectId, sent) => {
  const basic = btoa(`${projectId}:${sent}`)
  expect(basic).toMatch(/^\w+$/) // a report shows no media type with other characters
  await using echo = await startProvider(() => ({
    ...validResponse(safeOperation, successOf(safeOperation)),
    headers: { 'content-type': `text/${basic}` },
  }))
  const options = { url: echo.url, projectId, secret: 'a-secret' }
  const { checks } = await runCases(await createTarget(options), contractCases.slice(0, 1))
  expect(checks.flatMap(({ violations }) => violations.map(describeViolation))).toEqual([
    expect.stringContaining(' media type: content-type is text/[redacted]; '),
  ])
})

test('does not redact a short secret, since the gaps in ordinary words would reveal it', async () => {
  await using provider = await startProvider(() => ({
    ...validResponse(safeOperation, successOf(safeOperation)),
    headers: { 'content-type': 'text/sss' },
  }))
  const options = { url: provider.url, projectId: credentials.projectId, secret: 's' }
  const { checks } = await runCases(await createTarget(options), contractCases.slice(0, 1))
  expect(checks.flatMap(({ violations }) => violations.map(describeViolation))).toEqual([
    expect.stringContaining(' media type: content-type is text/sss; '),
  ])
})
