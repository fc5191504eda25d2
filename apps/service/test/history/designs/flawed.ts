import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { DatabaseError } from 'pg'
import type { Runner } from './reference.ts'
import { RightDesign } from './reference.ts'

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

/** Asks for the count anew when it issues a token, in place of copying the parent's. */
export class RereadAtIssue extends RightDesign {
  protected override get liveTokens(): string {
    return `SELECT t.* FROM tokens t JOIN grants g USING (grant_id)
      JOIN app_authorizations c ON c.connection = g.connection
      WHERE NOT t.spent AND NOT g.ended AND t.epoch = c.revocation_count`
  }

  protected override async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    await runner.query(
      `INSERT INTO tokens (token, connection, grant_id, epoch)
       SELECT $2, connection, $1, revocation_count FROM app_authorizations WHERE connection = $3`,
      [grant, token, this.connection],
    )
    return token
  }
}

const maximumAgeMs = 20

/** Remembers for a moment that a token was alive. */
export class StaleCache extends RightDesign {
  readonly #activeAt = new Map<string, number>()

  override async introspect(token: string): Promise<boolean> {
    const activeAt = this.#activeAt.get(token) ?? -Infinity
    if (performance.now() - activeAt < maximumAgeMs) return true
    const isActive = await super.introspect(token)
    if (isActive) this.#activeAt.set(token, performance.now())
    return isActive
  }
}

/** Compares when a grant was made, in seconds as `iat` has it, with when the last revoke came. */
export class Timestamps extends RightDesign {
  override async revoke(): Promise<undefined> {
    await this.pool.query(
      `UPDATE app_authorizations SET revocation_count = revocation_count + 1,
         revoked_at = date_trunc('second', clock_timestamp())
       WHERE connection = $1`,
      [this.connection],
    )
    return undefined
  }

  protected override get liveGrants(): string {
    return `SELECT g.* FROM grants g JOIN app_authorizations c USING (connection)
      WHERE NOT g.ended AND date_trunc('second', g.made_at) >= c.revoked_at`
  }
}

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

/** Makes a grant whenever a page is approved, however long ago it was opened. */
export class ConsentInFlight extends RightDesign {
  protected override async makeGrant(page: string): Promise<string> {
    const grant = randomUUID()
    await this.pool.query(
      `INSERT INTO grants SELECT $2, connection, c.revocation_count
       FROM pages p JOIN app_authorizations c USING (connection) WHERE page = $1`,
      [page, grant],
    )
    return grant
  }
}
