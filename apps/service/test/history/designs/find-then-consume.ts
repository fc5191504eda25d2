import type { PoolClient } from 'pg'
import { RightDesign } from './right-design.ts'

/** Looks whether a token was used, and writes it down a moment later: two refreshes both win. */
export class FindThenConsume extends RightDesign {
  protected override async spend(client: PoolClient, token: string): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      `SELECT grant_id FROM (${this.liveTokens}) AS live WHERE token = $1`,
      [token],
    )
    await this.pause()
    await client.query('UPDATE tokens SET spent = true WHERE token = $1', [token])
    return rows[0]?.grant_id
  }
}
