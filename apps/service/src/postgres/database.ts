import { AsyncLocalStorage } from 'node:async_hooks'
import type { PoolClient, QueryResultRow } from 'pg'
import { Pool } from 'pg'

/** A statement with a fixed text, prepared once for each connection. */
export interface Statement {
  name: string
  text: string
}

/** What {@link Database.transaction} gives to the work inside it. */
interface Scope {
  client?: PoolClient
}

export interface DatabaseOptions {
  url: string
  poolSize: number
  /** Called when a connection breaks; a query that used it fails as well. */
  onError: (error: Error) => void
}

/** The pool, and the transaction that the current request may have begun. */
export class Database {
  readonly pool: Pool
  readonly #scopes = new AsyncLocalStorage<Scope>()
  readonly #clients = new Set<PoolClient>()
  #closed: Promise<void> | undefined
  #isCutOff = false

  constructor({ url, poolSize, onError }: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: 3000,
      query_timeout: 10_000,
      statement_timeout: 8000,
      application_name: 'connected-apps',
      // A revoke is answered when it is on disk, whatever the role or the database says.
      // Every statement looks rows up by their keys. So its plan depends neither on the values, and
      // needs to be made only once; nor on how many rows there were when it was made.
      options:
        '-c synchronous_commit=on -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off',
    })
    const report = (error: Error): void => {
      // The server may notice the end of a connection in its own way once it is of no use any more.
      if (!this.pool.ending) onError(error)
    }
    this.pool.on('error', report)
    // A connection that breaks inside a transaction has no other listener, and would end the process.
    this.pool.on('connect', (client) => {
      client.on('error', report)
      this.#clients.add(client)
      if (this.#isCutOff) void client.end()
    })
    this.pool.on('remove', (client) => this.#clients.delete(client))
  }

  /** Runs one statement: inside the request's transaction if it has begun one, else by itself. */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const runner = this.#scopes.getStore()?.client ?? this.pool
    const { rows } = await runner.query<Row>({ ...statement, values })
    return rows
  }

  /** Like {@link query}, for statements that return no rows. @returns how many rows they changed */
  async execute(statement: Statement, values: unknown[]): Promise<number> {
    const runner = this.#scopes.getStore()?.client ?? this.pool
    const { rowCount } = await runner.query({ ...statement, values })
    return rowCount ?? 0
  }

  /** From here on, the statements of this request are one transaction. */
  async begin(): Promise<void> {
    const scope = this.#scopes.getStore()
    if (scope === undefined) throw new Error('begin() outside of transactional()')
    if (scope.client !== undefined) return
    const client = await this.pool.connect()
    try {
      await client.query('BEGIN')
    } catch (error) {
      client.release(true)
      throw error
    }
    scope.client = client
  }

  /** Undoes what the request did since {@link begin}; what follows runs outside of it. */
  async rollback(): Promise<void> {
    await this.#end('ROLLBACK')
  }

  /**
   * Lets `work` use {@link begin}. Commits in the end if `work` resolves to true, else rolls back.
   */
  async transactional(work: () => Promise<boolean>): Promise<void> {
    await this.#scopes.run({}, async () => {
      let succeeded = false
      try {
        succeeded = await work()
      } finally {
        await this.#end(succeeded ? 'COMMIT' : 'ROLLBACK')
      }
    })
  }

  async #end(command: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const scope = this.#scopes.getStore()
    const client = scope?.client
    if (scope === undefined || client === undefined) return
    delete scope.client
    try {
      await client.query(command)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  /** Lets go of each connection once its work is done. */
  close(): Promise<void> {
    return (this.#closed ??= this.pool.end())
  }

  /** Lets go of all connections now. What they were doing fails, and may yet have its effect. */
  async cutOff(): Promise<void> {
    this.#isCutOff = true
    const closed = this.close()
    await Promise.all([...this.#clients].map((client) => client.end()))
    await closed
  }
}
