import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { waitForResponse } from '../src/index.ts'

it('treats a 101 as a response', async () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  const switching = createServer((socket) => socket.on('error', () => {}).write(head))
  await new Promise<void>((resolve) => switching.listen(0, '127.0.0.1', resolve))
  const { port } = switching.address() as AddressInfo // it listens on TCP
  expect(await waitForResponse(`http://127.0.0.1:${port}`, 5_000)).toBeUndefined()
  switching.close()
})
