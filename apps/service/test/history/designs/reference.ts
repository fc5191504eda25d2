import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import type { System, Tokens } from '../system.ts'

/** What runs a statement: the pool, or one of its connections, in a transaction. */
export type Runner = Pool | PoolClient

/**
 * The service's own design in its simplest form. Each flawed design differs from it in one step. It
 * is also the control: none of its histories may be rejected.
 */
export class ReferenceDesign implements System {
  readonly browsers = 3
  readonly rotatesRefreshTokens = true
  readonly isRefreshRepeatable: boolean = false
  protected readonly pool: Pool
  protected readonly authorizationId = randomUUID()
  readonly #remembered = new Map<number, string>()

  constructor(pool: Pool) {
    this.pool = pool
  }

  async begin(): Promise<void> {
    await this.pool.query('INSERT INTO app_authorizations (authorization_id) VALUES ($1)', [
      this.authorizationId,
    ])
  }

  async request(browser: number): Promise<{ code: string } | { page: string }> {
    const remembered = this.#remembered.get(browser)
    if (remembered !== undefined && (await this.isActive(remembered))) {
      const code = await this.issue(this.pool, remembered)
      if (code !== undefined) return { code }
    }
    const page = randomUUID()
    await this.pool.query(
      `INSERT INTO pages SELECT $2, authorization_id, revocation_count
       FROM app_authorizations WHERE authorization_id = $1`,
      [this.authorizationId, page],
    )
    return { page }
  }

  reload(_: number, page: string): Promise<boolean> {
    return this.isAny(
      this.pool,
      `SELECT FROM pages p JOIN app_authorizations aa USING (authorization_id)
       WHERE page = $1 AND p.epoch = aa.revocation_count`,
      [page],
    )
  }

  async approve(browser: number, page: string): Promise<string | undefined> {
    const grant = await this.createGrant(page)
    if (grant === undefined) return undefined
    this.#remembered.set(browser, grant)
    return this.issue(this.pool, grant)
  }

  exchange(code: string): Promise<Tokens | undefined> {
    return this.use(code)
  }

  refresh(refreshToken: string): Promise<Tokens | undefined> {
    return this.use(refreshToken, this.isRefreshRepeatable)
  }

  introspect(token: string): Promise<boolean> {
    return this.isAny(this.pool, `SELECT FROM (${this.activeTokens}) AS active WHERE token = $1`, [
      token,
    ])
  }

  async revokeToken(token: string, kind: 'access_token' | 'refresh_token'): Promise<void> {
    if (kind === 'refresh_token') await this.endGrantOf(token)
    else await this.pool.query('UPDATE tokens SET consumed = true WHERE token = $1', [token])
  }

  async revoke(): Promise<undefined> {
    await this.pool.query(
      'UPDATE app_authorizations SET revocation_count = revocation_count + 1 WHERE authorization_id = $1',
      [this.authorizationId],
    )
    return undefined
  }

  /** Selects the active grants. */
  protected get activeGrants(): string {
    return `SELECT g.* FROM grants g JOIN app_authorizations aa USING (authorization_id)
      WHERE NOT g.ended AND g.epoch = aa.revocation_count`
  }

  /** Selects the tokens that are accepted. */
  protected get activeTokens(): string {
    return `SELECT t.* FROM tokens t JOIN (${this.activeGrants}) AS g USING (grant_id)
      WHERE NOT t.consumed`
  }

  private isActive(grant: string): Promise<boolean> {
    return this.isAny(
      this.pool,
      `SELECT FROM (${this.activeGrants}) AS active WHERE grant_id = $1`,
      [grant],
    )
  }

  /** @returns a new grant, unless the page is superseded */
  protected async createGrant(page: string): Promise<string | undefined> {
    const grant = randomUUID()
    const isCreated = await this.isAny(
      this.pool,
      `INSERT INTO grants SELECT $2, authorization_id, p.epoch
       FROM pages p JOIN app_authorizations aa USING (authorization_id)
       WHERE page = $1 AND p.epoch = aa.revocation_count RETURNING grant_id`,
      [page, grant],
    )
    return isCreated ? grant : undefined
  }

  /** Exchanges a code or refresh token for new tokens. If it is already consumed, ends the grant. */
  protected async use(token: string, isRepeatable = false): Promise<Tokens | undefined> {
    const client = await this.pool.connect()
    try {
      await client.query('BEGIN')
      const grant = await this.consume(client, token, isRepeatable)
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

  /** @returns the token's grant, if it is active and the token may be used */
  protected async consume(
    client: PoolClient,
    token: string,
    isRepeatable: boolean,
  ): Promise<string | undefined> {
    const { rows } = await client.query<{ grant_id: string }>(
      `UPDATE tokens t SET consumed = true
       FROM (${this.activeGrants}) AS g
       WHERE t.token = $1 AND (NOT t.consumed OR $2) AND g.grant_id = t.grant_id
       RETURNING t.grant_id`,
      [token, isRepeatable],
    )
    return rows[0]?.grant_id
  }

  /** @returns a new token, if its grant is active */
  protected async issue(runner: Runner, grant: string): Promise<string | undefined> {
    const token = randomUUID()
    const isIssued = await this.isAny(
      runner,
      `INSERT INTO tokens (token, authorization_id, grant_id, epoch)
       SELECT $2, authorization_id, grant_id, epoch
       FROM (${this.activeGrants}) AS g WHERE grant_id = $1 RETURNING token`,
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

  /** Makes the time between two steps long enough for races. */
  protected async pause(): Promise<void> {
    await sleep(8)
  }
}

/** The same, for a public client whose refreshes may be repeated. */
export class RepeatableDesign extends ReferenceDesign {
  override readonly isRefreshRepeatable = true
}
