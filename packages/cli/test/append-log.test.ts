import { expect, test } from 'vitest'
import { AppendLog } from '../src/ledger/append-log.ts'
import { LedgerError } from '../src/ledger/ledger-error.ts'

/** A file whose writes and syncs the test ends; no disk can be asked to wait. */
class FakeFile {
  readonly calls: string[] = []
  readonly #pending: { resolve: () => void; reject: (error: Error) => void }[] = []

  appendFile(text: unknown): Promise<void> {
    return this.#call(
      `write ${String(text)
        .match(/(?<="ordinal":)\d+/g)
        ?.join(' ')}`,
    )
  }

  datasync(): Promise<void> {
    return this.#call('sync')
  }

  /** Ends the call that waits, and lets the log continue. */
  async end(error?: Error): Promise<void> {
    const call = this.#pending.shift()
    if (error) call?.reject(error)
    else call?.resolve()
    await turn()
  }

  #call(name: string): Promise<void> {
    this.calls.push(name)
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }))
  }
}

test('a record is acknowledged after the sync, and those of one moment share it', async () => {
  const { file, log, settled } = start()
  log(1)
  log(2)
  await turn()
  log(3)
  log(4)
  expect(file.calls).toEqual(['write 1 2'])
  await file.end()
  expect(file.calls).toEqual(['write 1 2', 'sync'])
  expect(settled).toEqual([])
  await file.end()
  expect(settled).toEqual(['1 is on disk', '2 is on disk'])
  expect(file.calls).toEqual(['write 1 2', 'sync', 'write 3 4'])
  await file.end()
  await file.end()
  expect(settled.slice(2)).toEqual(['3 is on disk', '4 is on disk'])
  log(5)
  await turn()
  expect(file.calls.at(-1)).toBe('write 5')
})

test.each([
  ['write', 0],
  ['sync', 1],
])('after a failed %s nothing is acknowledged or written any more', async (_, endedCalls) => {
  const { file, log, settled } = start()
  log(1)
  await turn()
  log(2)
  for (let call = 0; call < endedCalls; call += 1) await file.end()
  const { length } = file.calls
  await file.end(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
  log(3)
  await turn()
  expect(file.calls).toHaveLength(length)
  const message = 'incident.jsonl cannot be written: the disk is full'
  expect(settled).toEqual([1, 2, 3].map((ordinal) => `${ordinal}: ${message}`))
})

function start() {
  const file = new FakeFile()
  const appendLog = new AppendLog(file, 'incident.jsonl')
  const settled: string[] = []
  const log = (ordinal: number) => {
    appendLog.append({ type: 'sent', ordinal, at: 0 }).then(
      () => settled.push(`${ordinal} is on disk`),
      (error: unknown) => {
        expect(error).toBeInstanceOf(LedgerError)
        return settled.push(`${ordinal}: ${(error as LedgerError).message}`)
      },
    )
  }
  return { file, log, settled }
}

/** Until nothing is left to do before the next event. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
