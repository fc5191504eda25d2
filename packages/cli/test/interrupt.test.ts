import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { CommandTest, csvOf, linesOf, targets } from './support/command.ts'
import { startCli } from './support/run-cli.ts'

const mkfifo = '/usr/bin/mkfifo'

const command = new CommandTest()

describe('Ctrl-C', () => {
  test('counts once if it arrives twice at the same moment, as under npx', async () => {
    command.connect(200)
    const running = command.startRevokeAll(
      ['--targets', '-', '--ledger', 'npx.jsonl', '--yes', '--json', '--rate', '100'],
      csvOf(targets(200)),
    )
    await linesOf(running, 5)
    running.process.kill('SIGINT')
    running.process.kill('SIGTERM')
    running.process.kill('SIGHUP')
    expect(await running.finished).toMatchObject({ code: 130 })
    expect(await command.lastRecord('npx.jsonl')).toMatchObject({
      type: 'stopped',
      reason: 'interrupted',
    })
  })

  test('stops at once the second time, and what was in flight is sent again', async () => {
    command.connect(2)
    let release = (): void => undefined
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)))
    const isHeld = new Promise<void>((resolve) => {
      command.api.respondWith = () => {
        resolve()
        return held
      }
    })
    const args = ['--targets', '-', '--ledger', 'twice-at-once.jsonl', '--yes']
    const running = command.startRevokeAll(args, csvOf(targets(2)))
    await isHeld
    running.process.kill('SIGINT')
    await once(running.process.stderr, 'data')
    await sleep(300) // what arrives sooner is the same Ctrl-C
    running.process.kill('SIGINT')
    expect(await once(running.process, 'exit')).toEqual([130, null])
    release()
    command.api.respondWith = () => undefined
    const resumed = await command.revokeAll(['--resume', 'twice-at-once.jsonl', '--yes'])
    expect(resumed.error).toContain('0 of 2 targets done, 1 sent without an outcome\n')
    expect(resumed.code).toBe(0)
    expect(command.api.connected.size).toBe(0)
  })

  test('while targets are read leaves nothing behind', async () => {
    const running = startCli(
      ['revoke-all', '--targets', '-', '--ledger', 'reading.jsonl', '--yes'],
      { env: command.env, cwd: command.directory, input: undefined },
    )
    const isReading = async (): Promise<boolean> =>
      (await readdir(command.directory)).includes('reading.jsonl.planning')
    await expect.poll(isReading, { timeout: 20_000 }).toBe(true)
    running.process.kill('SIGINT')
    expect(await running.finished).toMatchObject({ code: 130, error: 'Nothing was sent.\n' })
    expect((await readdir(command.directory)).filter((name) => name.includes('reading'))).toEqual(
      [],
    )
  })

  test.skipIf(!existsSync(mkfifo)).each(['without a writer', 'with a writer'])(
    'ends the reading of a pipe %s',
    async (writer) => {
      const pipe = join(command.directory, 'pipe')
      const ledger = `${writer}.jsonl`
      execFileSync(mkfifo, [pipe])
      const handle = writer === 'with a writer' ? await open(pipe, 'r+') : undefined
      const running = command.startRevokeAll(['--targets', 'pipe', '--ledger', ledger, '--yes'])
      const isReading = async (): Promise<boolean> =>
        (await readdir(command.directory)).includes(`${ledger}.planning`)
      await expect.poll(isReading, { timeout: 20_000 }).toBe(true)
      running.process.kill('SIGINT')
      const finished = await Promise.race([running.finished, sleep(5_000)])
      if (finished === undefined) running.process.kill('SIGKILL')
      await handle?.close()
      await rm(pipe)
      expect(finished).toMatchObject({ code: 130, error: 'Nothing was sent.\n' })
      expect((await readdir(command.directory)).filter((name) => name.includes(ledger))).toEqual([])
    },
  )
})
