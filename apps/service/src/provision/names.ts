import type { Pool } from 'pg'
import { bucketOf } from '../bucket.ts'
import type { NewMember, NewOrganization } from './resources.ts'
import { ProvisionError } from './resources.ts'

// An id is looked up before a slug, and a slug before an external id. If two of them were equal, the later
// one could never be found.

/** @throws {ProvisionError} if its slug or external id names another Organization of the project */
export async function assertNewOrganizationNames(
  pool: Pool,
  { projectId, slug, externalId }: NewOrganization,
): Promise<void> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `SELECT organization_id AS id, name FROM unnest($2::text[]) name JOIN organizations
       ON project_id = $1 AND (organization_id = name OR slug = name OR external_id = name)`,
    [projectId, [slug, externalId]],
  )
  assertNamesNothing(rows[0], 'Organization of this project')
}

/** @throws {ProvisionError} if its external id names another Member of the Organization */
export async function assertNewMemberName(
  pool: Pool,
  { organizationId, externalId }: Pick<NewMember, 'organizationId' | 'externalId'>,
): Promise<void> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `SELECT member_id AS id, $2 AS name FROM members
     WHERE bucket = $3 AND organization_id = $1 AND (member_id = $2 OR external_id = $2)`,
    [organizationId, externalId, bucketOf(organizationId)],
  )
  assertNamesNothing(rows[0], 'Member of this Organization')
}

function assertNamesNothing(found: { id: string; name: string } | undefined, what: string): void {
  if (found === undefined) return
  const { name, id } = found
  throw new ProvisionError(`${name} names another ${what}, ${id}; choose another name`)
}
