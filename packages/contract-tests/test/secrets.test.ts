import { expect, test } from 'vitest'
import { contractCases } from '../src/cases.ts'
import { describeFinding, runContract } from '../src/index.ts'
import { runCases } from '../src/run.ts'
import { openTarget } from '../src/target.ts'
import { rightResponse, startProvider } from './provider.ts'
import { credentials, sessions } from './right-answer.ts'

test('puts no secret into a report, though the target echoes them', async () => {
  await using echo = await startProvider(({ headers }) => ({
    status: 200,
    headers: { 'content-type': `text/${sessions.sessionTokenWithoutPermission}` },
    body: JSON.stringify(headers),
  }))
  const report = await runContract({ url: echo.url, ...credentials, ...sessions })
  const text = JSON.stringify(report)
  expect(text).toContain('[secret]')
  const basic = Buffer.from(`${credentials.projectId}:${credentials.secret}`).toString('base64')
  for (const secret of [credentials.secret, basic, ...Object.values(sessions)]) {
    expect(text).not.toContain(secret)
  }
})

test('leaves words alone that a short secret is part of, which would give it away', async () => {
  await using liar = await startProvider(() => ({
    ...rightResponse('revoked'),
    headers: { 'content-type': 'text/sss' },
  }))
  const options = { url: liar.url, projectId: credentials.projectId, secret: 's' }
  const aRevoke = contractCases.filter(({ name }) => name === 'a revoke')
  const { checks } = await runCases(await openTarget(options), aRevoke)
  expect(checks.flatMap(({ findings }) => findings.map(describeFinding))).toEqual([
    expect.stringContaining('200 media type: content-type is text/sss; '),
  ])
})
