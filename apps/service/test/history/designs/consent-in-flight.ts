import { randomUUID } from 'node:crypto'
import { RightDesign } from './right-design.ts'

/** Makes a grant whenever a page is approved, however long ago it was opened. */
export class ConsentInFlight extends RightDesign {
  protected override async makeGrant(page: string): Promise<string> {
    const grant = randomUUID()
    await this.pool.query(
      `INSERT INTO grants SELECT $2, connection, c.revocations
       FROM pages p JOIN connections c USING (connection) WHERE page = $1`,
      [page, grant],
    )
    return grant
  }
}
