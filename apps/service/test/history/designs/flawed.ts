import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { DatabaseError } from 'pg'
import type { Runner } from './reference.ts'
import type { Tokens } from '../system.ts'
import { ReferenceDesign, RepeatableDesign } from './reference.ts'

/** Revokes by deleting all rows at READ COMMITTED, which misses rows that are inserted meanwhile. */
export class DeleteOnRevoke extends ReferenceDesign {
  override async revoke(): Promise<undefined> {
    for (const table of ['pages', 'grants', 'tokens']) {
      await this.#delete(`DELETE FROM ${table} WHERE authorization_id = $1`, this.authorizationId)
    }
    return undefined
  }

  protected override get activeGrants(): string {
    return 'SELECT * FROM grants'
  }

  protected override get activeTokens(): string {
    return 'SELECT * FROM tokens WHERE NOT consumed'
  }

  protected override async consume(client: PoolClient, token: string): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      'UPDATE tokens SET consumed = true WHERE token = $1 AND NOT consumed RETURNING grant_id',
      [token],
    )
    return rows[0]?.grant_id
  }

  protected override async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    await runner.query(
      'INSERT INTO tokens (token, authorization_id, grant_id, epoch) VALUES ($1, $2, $3, 0)',
      [token, this.authorizationId, grant],
    )
    return token
  }

  protected override async endGrantOf(token: string): Promise<void> {
    await this.#delete(
      'DELETE FROM tokens WHERE grant_id = (SELECT grant_id FROM tokens WHERE token = $1)',
      token,
    )
  }

  /** Two deletions of the same rows in different order can deadlock. The one that fails is retried. */
  async #delete(statement: string, value: string): Promise<void> {
    try {
      await this.pool.query(statement, [value])
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== '40P01') throw error
      await this.#delete(statement, value)
    }
  }
}

/** Reads the count again when it issues a token, instead of copying the grant's. */
export class RereadAtIssue extends ReferenceDesign {
  protected override get activeTokens(): string {
    return `SELECT t.* FROM tokens t JOIN grants g USING (grant_id)
      JOIN app_authorizations aa ON aa.authorization_id = g.authorization_id
      WHERE NOT t.consumed AND NOT g.ended AND t.epoch = aa.revocation_count`
  }

  protected override async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    await runner.query(
      `INSERT INTO tokens (token, authorization_id, grant_id, epoch)
       SELECT $2, authorization_id, $1, revocation_count FROM app_authorizations WHERE authorization_id = $3`,
      [grant, token, this.authorizationId],
    )
    return token
  }
}

const maxAgeMs = 20

/** Caches for a short time that a token is active. */
export class StaleCache extends ReferenceDesign {
  readonly #activeAt = new Map<string, number>()

  override async introspect(token: string): Promise<boolean> {
    const activeAt = this.#activeAt.get(token) ?? -Infinity
    if (performance.now() - activeAt < maxAgeMs) return true
    const isActive = await super.introspect(token)
    if (isActive) this.#activeAt.set(token, performance.now())
    return isActive
  }
}

/** Compares the time of a grant, in seconds like `iat`, with the time of the last revoke. */
export class Timestamps extends ReferenceDesign {
  override async revoke(): Promise<undefined> {
    await this.pool.query(
      `UPDATE app_authorizations SET revocation_count = revocation_count + 1,
         revoked_at = date_trunc('second', clock_timestamp())
       WHERE authorization_id = $1`,
      [this.authorizationId],
    )
    return undefined
  }

  protected override get activeGrants(): string {
    return `SELECT g.* FROM grants g JOIN app_authorizations aa USING (authorization_id)
      WHERE NOT g.ended AND date_trunc('second', g.created_at) >= aa.revoked_at`
  }
}

/** Checks whether a token is consumed, and marks it in a later step, so two refreshes can both win. */
export class FindThenConsume extends ReferenceDesign {
  protected override async consume(client: PoolClient, token: string): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      `SELECT grant_id FROM (${this.activeTokens}) AS active WHERE token = $1`,
      [token],
    )
    await this.pause()
    await client.query('UPDATE tokens SET consumed = true WHERE token = $1', [token])
    return rows[0]?.grant_id
  }
}

/** Creates a grant whenever a page is approved, even if there was a revoke since it was opened. */
export class ConsentInFlight extends ReferenceDesign {
  protected override async createGrant(page: string): Promise<string> {
    const grant = randomUUID()
    await this.pool.query(
      `INSERT INTO grants SELECT $2, authorization_id, aa.revocation_count
       FROM pages p JOIN app_authorizations aa USING (authorization_id) WHERE page = $1`,
      [page, grant],
    )
    return grant
  }
}

/** Caches the response to a refresh, and repeats it without checking the grant. */
export class RememberedResponse extends RepeatableDesign {
  readonly #responses = new Map<string, Tokens>()

  override async refresh(refreshToken: string): Promise<Tokens | undefined> {
    const remembered = this.#responses.get(refreshToken)
    if (remembered !== undefined) return remembered
    const tokens = await super.refresh(refreshToken)
    if (tokens !== undefined) this.#responses.set(refreshToken, tokens)
    return tokens
  }
}

/** Allows codes, too, and not only refresh tokens, to be used again. */
export class RepeatableExchange extends RepeatableDesign {
  override exchange(code: string): Promise<Tokens | undefined> {
    return this.use(code, true)
  }
}
