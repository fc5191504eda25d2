import { AsyncLocalStorage } from 'node:async_hooks'
import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { DatabaseError, Pool } from 'pg'
import { causeOf, UnconfirmedCommitError } from '../server/cause.ts'
import { traceStatement } from '../server/tracing.ts'
import { CommitGate, WaitingForStandbyError } from './commit-gate.ts'
import { clientFor } from './hosts.ts'
import type { DatabaseObserver } from './observer.ts'
import { noObserver } from './observer.ts'
import type { Statement } from './statement.ts'
import { commitOnDisk, unconfirmedCommitCode } from './statement.ts'

/** How long the service waits for a statement. PostgreSQL may still run it after that. */
export const queryTimeoutMs = 10_000

/**
 * How long a statement may wait for a connection. That is more than a new connection may take, since
 * in a burst most of the statements wait for those before them, and nothing is wrong.
 */
const queueTimeoutMs = 10_000

/**
 * What {@link commitOnDisk} becomes where a replica is read. It is the same in every session, since a
 * pooler may have sessions that began before the role got its setting.
 */
const commitOnReplica = "set_config('synchronous_commit', 'remote_apply', true)"

/** Commits a message that nobody reads, so that there is something to wait for. */
const confirmCommits = {
  name: 'confirm-commits',
  text: `SELECT pg_logical_emit_message(true, 'connected-apps', ''), ${commitOnDisk}`,
}

/** What {@link Database.transactional} keeps for the work inside it. */
interface TransactionScope {
  client?: PoolClient
  /** Whether a statement outside of a transaction has written, and its commit was waited for. */
  hasCommitted?: boolean
}

export interface DatabaseOptions {
  url: string
  poolSize: number
  /** Whether statements are prepared by name. Default: true. */
  prepare?: boolean
  /** Whether the tables are distributed by bucket (Citus). Default: false. */
  isDistributed?: boolean
  /** Whether a replica is read, so that commits have to wait until it has applied them. Default: false. */
  isReplicaRead?: boolean
  observer?: DatabaseObserver
  /** How long a new connection may take. */
  connectTimeoutMs?: number
  /** How long a statement may wait for a connection. */
  queueTimeoutMs?: number
  /** How long a statement may run. */
  statementTimeoutMs?: number
  /** Called when a connection breaks; a query that used it fails as well. */
  onError: (error: Error) => void
}

/** The connection pool, and the transaction that the current request may have begun. */
export class Database {
  readonly pool: Pool
  readonly observer: DatabaseObserver
  readonly isDistributed: boolean
  readonly #prepare: boolean
  /** What is sent in place of {@link commitOnDisk}. */
  readonly #commit: string
  readonly #scopes = new AsyncLocalStorage<TransactionScope>()
  readonly #clients = new Set<PoolClient>()
  /** What PostgreSQL has warned of since the last statement of a connection began. */
  readonly #warnings = new WeakMap<PoolClient, string>()
  readonly #gate: CommitGate
  #closed: Promise<void> | undefined
  #isForceClosed = false

  constructor(options: DatabaseOptions) {
    const { url, poolSize, prepare = true, observer, onError } = options
    this.observer = observer ?? noObserver
    this.isDistributed = options.isDistributed ?? false
    const commit = options.isReplicaRead === true ? commitOnReplica : commitOnDisk
    this.#commit = this.isDistributed ? 'true' : commit
    this.#prepare = prepare
    const config = {
      ...clientFor(url, options.connectTimeoutMs),
      // This is what the pool calls the time in its queue. Its clients have a shorter timeout.
      connectionTimeoutMillis: options.queueTimeoutMs ?? queueTimeoutMs,
      query_timeout: options.statementTimeoutMs ?? queryTimeoutMs,
      // Apart from this, no setting is sent, since connection poolers drop or reject settings.
      application_name: 'connected-apps',
    }
    this.pool = new Pool({ ...config, max: poolSize })
    this.#gate = new CommitGate(config)
    const report = (error: Error): void => {
      // Errors of connections are expected once the pool is closing.
      if (!this.pool.ending) onError(error)
    }
    this.pool.on('error', report)
    // A connection that breaks during a transaction has no other listener, and would crash the process.
    this.pool.on('connect', (client) => {
      client.on('error', report)
      client.on('notice', ({ code, message }) => {
        if (code === unconfirmedCommitCode) this.#warnings.set(client, message ?? '')
      })
      this.#clients.add(client)
      if (this.#isForceClosed) void client.end()
    })
    this.pool.on('remove', (client) => this.#clients.delete(client))
  }

  /** Runs one statement: in the request's transaction if there is one, otherwise on its own. */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return (await this.run<Row>(statement, values)).rows
  }

  /** Like {@link query}, for statements that return no rows. @returns how many rows they changed */
  async execute(statement: Statement, values: unknown[]): Promise<number> {
    return (await this.run(statement, values)).rowCount ?? 0
  }

  /** Like {@link query}. @returns everything that the driver reports */
  async run<Row extends QueryResultRow>(
    { name, text }: Statement,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    const sent = text.replaceAll(commitOnDisk, this.#commit)
    const query = this.#prepare ? { name, text: sent, values } : { text: sent, values }
    return traceStatement(name, async () => {
      const scope = this.#scopes.getStore()
      const client = scope?.client
      if (client === undefined) {
        const isCommit = text.includes(commitOnDisk)
        const result = await this.#runAlone((own) => own.query<Row>(query), isCommit)
        if (scope !== undefined && isCommit && result.rowCount) scope.hasCommitted = true
        return result
      }
      try {
        return await client.query<Row>(query)
      } catch (error) {
        // Without a response the statement may still be running, and a ROLLBACK would wait behind it.
        // PostgreSQL rolls back when the connection is closed.
        if (!(error instanceof DatabaseError)) void client.end()
        throw error
      }
    })
  }

  /** Runs a statement that is a transaction of its own, which commits if `isCommit`. */
  async #runAlone<Result>(
    send: (client: PoolClient) => Promise<Result>,
    isCommit: boolean,
  ): Promise<Result> {
    const client = await this.pool.connect()
    try {
      if (isCommit && this.#gate.isClosed) throw new WaitingForStandbyError()
      const result = await (isCommit ? this.#commitBy(client, send) : send(client))
      client.release()
      return result
    } catch (error) {
      this.#releaseAfter(error, client, isCommit)
      throw error
    }
  }

  #releaseAfter(error: unknown, client: PoolClient, isCommit: boolean): void {
    if (causeOf(error) === 'query_timeout') this.#gate.suspect(isCommit)
    const isUnused = error instanceof WaitingForStandbyError
    client.release(!isUnused)
  }

  /** @throws {UnconfirmedCommitError} if it was committed, but perhaps not where it was to be */
  async #commitBy<Result>(
    client: PoolClient,
    send: (client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    this.#warnings.delete(client)
    const result = await send(client)
    const warning = this.#warnings.get(client)
    if (warning !== undefined) throw new UnconfirmedCommitError(warning)
    return result
  }

  /** Whether commits are rejected, since earlier ones wait for a standby that does not respond. */
  get rejectsCommits(): boolean {
    return this.#gate.isClosed
  }

  /**
   * Waits until everything that was committed before is committed as {@link commitOnDisk} demands,
   * unless the request has waited for a commit of its own, which is later than all of that.
   *
   * A commit whose wait for a standby was ended, because its connection was, is visible from then on.
   * A request that finds nothing left to do must not acknowledge it as long as a replica lacks it.
   */
  async confirmCommits(): Promise<void> {
    // The commits of a distributed database are those of its nodes, of which no replica is read.
    if (this.isDistributed || this.#scopes.getStore()?.hasCommitted === true) return
    await this.run(confirmCommits, [])
  }

  /** Begins a transaction, which the request's later statements belong to. */
  async begin(): Promise<void> {
    const scope = this.#scopes.getStore()
    if (scope === undefined) throw new Error('begin() outside of transactional()')
    if (scope.client !== undefined) return
    const client = await this.pool.connect()
    try {
      if (this.#gate.isClosed) throw new WaitingForStandbyError()
      await traceStatement('BEGIN', () => client.query('BEGIN'))
    } catch (error) {
      this.#releaseAfter(error, client, false)
      throw error
    }
    scope.client = client
  }

  /** Undoes what the request did since {@link begin}. Later statements run outside the transaction. */
  async rollback(): Promise<void> {
    await this.#end('ROLLBACK')
  }

  /**
   * Lets `work` use {@link begin}. Commits if `work` resolves to true, and otherwise rolls back.
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
      const send = () => client.query(command)
      await traceStatement(command, () =>
        command === 'COMMIT' ? this.#commitBy(client, send) : send(),
      )
      client.release()
    } catch (error) {
      this.#releaseAfter(error, client, command === 'COMMIT')
      throw error
    }
  }

  /** Closes each connection once its query or transaction is done. */
  close(): Promise<void> {
    this.#gate.stop()
    return (this.#closed ??= this.pool.end())
  }

  /** Closes all connections at once. Running queries fail, and may still take effect. */
  async forceClose(): Promise<void> {
    this.#isForceClosed = true
    const closed = this.close()
    await Promise.all([...this.#clients].map((client) => client.end()))
    await closed
  }
}
