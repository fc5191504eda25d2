import { setTimeout as sleep } from 'node:timers/promises'

const checkIntervalMs = 1000

/** Commits wait for a standby that does not respond, so no more are begun. */
export class WaitingForStandbyError extends Error {
  override readonly name = 'WaitingForStandbyError'

  constructor() {
    super('commits wait for a standby, so no more are begun until it responds')
  }
}

/**
 * Keeps commits from piling up behind a standby that does not respond. PostgreSQL keeps a session for
 * each commit that waits, even when the service has given up on it and closed its connection. If every
 * request began another, they would take all connections of the server, and what only reads would fail.
 */
export class CommitGate {
  readonly #findWaiting: () => Promise<string[]>
  #isClosed = false

  /** @param findWaiting identifies each commit that waits for a standby now */
  constructor(findWaiting: () => Promise<string[]>) {
    this.#findWaiting = findWaiting
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** @throws {WaitingForStandbyError} if no commit may be begun now */
  assertOpen(): void {
    if (this.#isClosed) throw new WaitingForStandbyError()
  }

  /** Closes it for as long as commits wait for a standby. Called when a statement timed out. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    void this.#openLater()
  }

  async #openLater(): Promise<void> {
    try {
      let waiting = await this.#findWaiting()
      while (waiting.length > 0) {
        // Unreferenced, so that it does not keep a process that is stopping.
        await sleep(checkIntervalMs, undefined, { ref: false })
        const before = new Set(waiting)
        // Those that began since may be ordinary commits of other instances.
        waiting = (await this.#findWaiting()).filter((each) => before.has(each))
      }
    } catch {
      // If PostgreSQL can't be asked, a commit fails for the same reason.
    }
    this.#isClosed = false
  }
}
