import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { prepareConfirm } from '../src/cli/terminal/confirm.ts'
import type { ConfirmationOptions } from '../src/cli/terminal/confirm.ts'

const project = { project_id: 'project-test-1', isLive: false, isInputUsed: false }
const live = { project_id: 'project-live-1', isLive: true, isInputUsed: false }

/** What is asked, and whether it is confirmed, if a person types this. */
async function answer(
  options: ConfirmationOptions,
  typed: string,
): Promise<{ isConfirmed: boolean; asked: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const discardTyped = () => expect(output.readableLength).toBe(0)
  const terminal = { input, output, discardTyped, close: () => output.end() }
  const confirm = prepareConfirm(options, () => terminal)
  input.end(typed)
  const isConfirmed = await confirm('revoke 3 targets')
  return { isConfirmed, asked: await text(output) }
}

describe('a run is confirmed', () => {
  test.each([
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['no\n', false],
    ['', false], // Ctrl-D
  ])('by y or yes on a test project (%j)', async (typed, isConfirmed) => {
    expect(await answer(project, typed)).toEqual({
      isConfirmed,
      asked: 'Revoke 3 targets? [y/N] ',
    })
  })

  test.each([
    ['project-live-1\n', true],
    ['project-live-2\n', false],
    ['y\n', false],
  ])('by the id of a live project (%j)', async (typed, isConfirmed) => {
    const asked = 'This is a live project. To revoke 3 targets, type project-live-1: '
    expect(await answer({ ...live, yes: true }, typed)).toEqual({ isConfirmed, asked })
  })

  test.each(['before', 'while'])(
    'by nobody whose terminal is closed %s they are asked',
    async (when) => {
      const [input, output] = [new PassThrough(), new PassThrough()]
      const close = (): boolean => input.emit('error', new Error('EIO'))
      const isRaw = when === 'before' ? close : () => true
      const terminal = {
        input: Object.assign(input, { isTTY: true, setRawMode: isRaw }),
        output: Object.assign(output, { isTTY: true }),
        discardTyped: () => undefined,
        close: () => output.end(),
      }
      const answered = prepareConfirm(project, () => terminal)('revoke 3 targets')
      if (when === 'while') close()
      expect(await answered).toBe(false)
    },
  )

  test('by --yes, on a live project together with --yes-live, without a terminal', async () => {
    const none = (): undefined => undefined
    const confirmed = prepareConfirm({ ...project, yes: true }, none)
    expect(await confirmed('revoke')).toBe(true)
    const confirmedLive = prepareConfirm({ ...live, yes: true, yesLive: true }, none)
    expect(await confirmedLive('revoke')).toBe(true)
    for (const options of [
      project,
      { ...project, yesLive: true },
      { ...live, yes: true },
      { ...live, yesLive: true },
    ]) {
      expect(() => prepareConfirm(options, none)).toThrow(/no terminal to confirm on/)
    }
  })
})
