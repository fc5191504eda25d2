import { RightDesign } from './right-design.ts'

/** Compares when a grant was made, in seconds as `iat` has it, with when the last revoke came. */
export class Timestamps extends RightDesign {
  override async revoke(): Promise<undefined> {
    await this.pool.query(
      `UPDATE connections SET revocations = revocations + 1,
         revoked_at = date_trunc('second', clock_timestamp())
       WHERE connection = $1`,
      [this.connection],
    )
    return undefined
  }

  protected override get liveGrants(): string {
    return `SELECT g.* FROM grants g JOIN connections c USING (connection)
      WHERE NOT g.ended AND date_trunc('second', g.made_at) >= c.revoked_at`
  }
}
