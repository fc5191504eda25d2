import { randomUUID } from 'node:crypto'
import type { Runner } from './right-design.ts'
import { RightDesign } from './right-design.ts'

/** Asks for the count anew when it issues a token, in place of copying the parent's. */
export class RereadAtIssue extends RightDesign {
  protected override get liveTokens(): string {
    return `SELECT t.* FROM tokens t JOIN grants g USING (grant_id)
      JOIN connections c ON c.connection = g.connection
      WHERE NOT t.spent AND NOT g.ended AND t.epoch = c.revocations`
  }

  protected override async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    await runner.query(
      `INSERT INTO tokens (token, connection, grant_id, epoch)
       SELECT $2, connection, $1, revocations FROM connections WHERE connection = $3`,
      [grant, token, this.connection],
    )
    return token
  }
}
