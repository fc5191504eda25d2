import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import type { System, Tokens } from '../system.ts'

/** What runs a statement: the pool, or one of its connections in a transaction. */
export type Runner = Pool | PoolClient

/**
 * The service's own design in its plainest form, so that the wrong ones differ from it in one step.
 * It is also the control: no history of it may be rejected.
 */
export class RightDesign implements System {
  readonly browsers = 3
  readonly rotatesRefreshTokens = true
  protected readonly pool: Pool
  protected readonly connection = randomUUID()
  readonly #remembered = new Map<number, string>()

  constructor(pool: Pool) {
    this.pool = pool
  }

  async begin(): Promise<void> {
    await this.pool.query('INSERT INTO app_authorizations (connection) VALUES ($1)', [
      this.connection,
    ])
  }

  async request(browser: number): Promise<{ code: string } | { page: string }> {
    const remembered = this.#remembered.get(browser)
    if (remembered !== undefined && (await this.isAlive(remembered))) {
      const code = await this.issue(this.pool, remembered)
      if (code !== undefined) return { code }
    }
    const page = randomUUID()
    await this.pool.query(
      `INSERT INTO pages SELECT $2, connection, revocation_count
       FROM app_authorizations WHERE connection = $1`,
      [this.connection, page],
    )
    return { page }
  }

  look(_: number, page: string): Promise<boolean> {
    return this.isAny(
      this.pool,
      `SELECT FROM pages p JOIN app_authorizations c USING (connection)
       WHERE page = $1 AND p.epoch = c.revocation_count`,
      [page],
    )
  }

  async approve(browser: number, page: string): Promise<string | undefined> {
    const grant = await this.makeGrant(page)
    if (grant === undefined) return undefined
    this.#remembered.set(browser, grant)
    return this.issue(this.pool, grant)
  }

  exchange(code: string): Promise<Tokens | undefined> {
    return this.use(code)
  }

  refresh(refreshToken: string): Promise<Tokens | undefined> {
    return this.use(refreshToken)
  }

  introspect(token: string): Promise<boolean> {
    return this.isAny(this.pool, `SELECT FROM (${this.liveTokens}) AS live WHERE token = $1`, [
      token,
    ])
  }

  async giveBack(token: string, kind: 'access_token' | 'refresh_token'): Promise<void> {
    if (kind === 'refresh_token') await this.endGrantOf(token)
    else await this.pool.query('UPDATE tokens SET spent = true WHERE token = $1', [token])
  }

  async revoke(): Promise<undefined> {
    await this.pool.query(
      'UPDATE app_authorizations SET revocation_count = revocation_count + 1 WHERE connection = $1',
      [this.connection],
    )
    return undefined
  }

  /** Which grants are alive. */
  protected get liveGrants(): string {
    return `SELECT g.* FROM grants g JOIN app_authorizations c USING (connection)
      WHERE NOT g.ended AND g.epoch = c.revocation_count`
  }

  /** Which tokens are accepted. */
  protected get liveTokens(): string {
    return `SELECT t.* FROM tokens t JOIN (${this.liveGrants}) AS g USING (grant_id)
      WHERE NOT t.spent`
  }

  private isAlive(grant: string): Promise<boolean> {
    return this.isAny(this.pool, `SELECT FROM (${this.liveGrants}) AS live WHERE grant_id = $1`, [
      grant,
    ])
  }

  /** @returns a new grant, if the page's approval counts */
  protected async makeGrant(page: string): Promise<string | undefined> {
    const grant = randomUUID()
    const isMade = await this.isAny(
      this.pool,
      `INSERT INTO grants SELECT $2, connection, p.epoch
       FROM pages p JOIN app_authorizations c USING (connection)
       WHERE page = $1 AND p.epoch = c.revocation_count RETURNING grant_id`,
      [page, grant],
    )
    return isMade ? grant : undefined
  }

  /** Uses a code or a refresh token up, for new tokens; or notices that this was done before. */
  protected async use(token: string): Promise<Tokens | undefined> {
    const client = await this.pool.connect()
    try {
      await client.query('BEGIN')
      const grant = await this.spend(client, token)
      await this.pause()
      const accessToken = grant && (await this.issue(client, grant))
      const refreshToken = grant && (await this.issue(client, grant))
      if (accessToken !== undefined && refreshToken !== undefined) {
        await client.query('COMMIT')
        return { accessToken, refreshToken }
      }
      await client.query('ROLLBACK')
      if (grant === undefined) await this.endGrantOf(token)
      return undefined
    } finally {
      client.release()
    }
  }

  /** @returns the token's grant, if it was alive and not used before */
  protected async spend(client: PoolClient, token: string): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      `UPDATE tokens t SET spent = true
       FROM (${this.liveGrants}) AS g
       WHERE t.token = $1 AND NOT t.spent AND g.grant_id = t.grant_id
       RETURNING t.grant_id`,
      [token],
    )
    return rows[0]?.grant_id
  }

  /** @returns a new token, if its grant is alive */
  protected async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    const isIssued = await this.isAny(
      runner,
      `INSERT INTO tokens (token, connection, grant_id, epoch)
       SELECT $2, connection, grant_id, epoch
       FROM (${this.liveGrants}) AS g WHERE grant_id = $1 RETURNING token`,
      [grant, token],
    )
    return isIssued ? token : undefined
  }

  protected async endGrantOf(token: string): Promise<void> {
    await this.pool.query(
      `UPDATE grants g SET ended = true FROM tokens t
       WHERE t.token = $1 AND g.grant_id = t.grant_id`,
      [token],
    )
  }

  protected async isAny(runner: Runner, text: string, values: unknown[]): Promise<boolean> {
    return (await runner.query(text, values)).rowCount === 1
  }

  /** Makes a moment between two steps long enough to be met. */
  protected async pause(): Promise<void> {
    await wait(8)
  }
}
