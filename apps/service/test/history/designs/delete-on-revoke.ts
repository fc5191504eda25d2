import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { DatabaseError } from 'pg'
import type { Runner } from './right-design.ts'
import { RightDesign } from './right-design.ts'

/** Revokes by deleting everything that is there, at READ COMMITTED; what comes later stays. */
export class DeleteOnRevoke extends RightDesign {
  override async revoke(): Promise<undefined> {
    for (const table of ['pages', 'grants', 'tokens']) {
      await this.#delete(`DELETE FROM ${table} WHERE connection = $1`, this.connection)
    }
    return undefined
  }

  protected override get liveGrants(): string {
    return 'SELECT * FROM grants'
  }

  protected override get liveTokens(): string {
    return 'SELECT * FROM tokens WHERE NOT spent'
  }

  protected override async spend(client: PoolClient, token: string): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      'UPDATE tokens SET spent = true WHERE token = $1 AND NOT spent RETURNING grant_id',
      [token],
    )
    return rows[0]?.grant_id
  }

  protected override async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    await runner.query(
      'INSERT INTO tokens (token, connection, grant_id, epoch) VALUES ($1, $2, $3, 0)',
      [token, this.connection, grant],
    )
    return token
  }

  protected override async endGrantOf(token: string): Promise<void> {
    await this.#delete(
      'DELETE FROM tokens WHERE grant_id = (SELECT grant_id FROM tokens WHERE token = $1)',
      token,
    )
  }

  /** Two that delete the same rows in different order can deadlock; the loser has done nothing. */
  async #delete(statement: string, value: string): Promise<void> {
    try {
      await this.pool.query(statement, [value])
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== '40P01') throw error
      await this.#delete(statement, value)
    }
  }
}
