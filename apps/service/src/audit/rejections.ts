import type { Operation } from '@connected-apps/contract'
import { bucketOf } from '../bucket.ts'
import type { RequestContext } from '../operation/lookup.ts'
import type { ContractResponse } from '../operation/response.ts'
import { perBucket } from '../postgres/batch-statement.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/statement.ts'

/** A request that was authenticated, but not allowed. */
export interface Rejection {
  operation: Operation
  context: RequestContext
  requestId: string
  rejection: ContractResponse
}

const record = {
  name: 'record-rejections',
  text: `
    INSERT INTO audit_log (action, outcome, request_id, project_id, actor_member_id,
      actor_session_id, organization_id, member_id, connected_app_id, bucket)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
      $7::text[], $8::text[], $9::text[], $10::integer[])
    RETURNING ${commitOnDisk}`,
}

/**
 * Creates the function that writes a rejected request to the audit log. A successful request has its
 * row in the statement that performs it.
 */
export function createRejectionRecorder(
  database: Database,
): (rejection: Rejection) => Promise<void> {
  const run = async (rejections: Rejection[]): Promise<undefined[]> => {
    const contexts = rejections.map(({ context }) => context)
    await database.execute(record, [
      rejections.map(({ operation }) => operation.operationId),
      rejections.map(({ rejection }) => rejection.outcome),
      rejections.map(({ requestId }) => requestId),
      contexts.map(({ projectId }) => projectId),
      contexts.map(({ session }) => session?.memberId),
      contexts.map(({ session }) => session?.sessionId),
      contexts.map(({ ids }) => ids.organization_id),
      contexts.map(({ ids }) => ids.member_id),
      contexts.map(({ ids }) => ids.connected_app_id),
      rejections.map(bucketOfRejection),
    ])
    return rejections.map(() => undefined)
  }
  const batcher = new Batcher(run, {
    name: record.name,
    observer: database.observer,
    ...perBucket(database, bucketOfRejection),
  })
  return (rejection) => batcher.add(rejection)
}

function bucketOfRejection({ context: { ids } }: Rejection): number | undefined {
  return ids.organization_id === undefined ? undefined : bucketOf(ids.organization_id)
}
