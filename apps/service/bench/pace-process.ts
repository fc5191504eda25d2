import { revokeAll } from '@connected-apps/cli'
import { B2BClient } from '@connected-apps/client'
import type { PaceTask } from './pace.ts'

process.once('message', async (task: PaceTask) => {
  const { url, authorizations, rate, warmUpSeconds, seconds } = task
  const [first] = authorizations
  if (!first) throw new Error('there is nothing to revoke')
  const client = new B2BClient({
    project_id: first.projectId,
    secret: first.projectSecret,
    baseUrl: url,
  })
  // The same ones over and over: a revoke of what is revoked costs the service the same.
  function* targets() {
    for (;;) {
      for (const { organizationId, memberId, connectedAppId } of authorizations) {
        yield {
          organization_id: organizationId,
          member_id: memberId,
          connected_app_id: connectedAppId,
        }
      }
    }
  }
  const startedAt = performance.now()
  const isMeasured = () => performance.now() - startedAt >= warmUpSeconds * 1000
  let revoked = 0
  let limited = 0
  const outcomes = revokeAll(targets(), {
    client,
    rate,
    share: 1,
    signal: AbortSignal.timeout((warmUpSeconds + seconds) * 1000),
    onRateLimited: () => {
      if (isMeasured()) limited++
    },
  })
  for await (const { result, reason } of outcomes) {
    if (result === 'revoked') {
      if (isMeasured()) revoked++
    } else if (result !== 'unknown') {
      throw new Error(`a target of the bench is ${result}: ${reason}`)
    }
  }
  process.send?.({ perSecond: revoked / seconds, limitedPart: limited / (revoked + limited) })
  process.disconnect()
})
