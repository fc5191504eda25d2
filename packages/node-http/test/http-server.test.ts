import { once } from 'node:events'
import { expect, it } from 'vitest'
import { createHttpServer } from '../src/index.ts'
import { open, start } from './support/server.ts'

it('keeps an idle connection for longer than the 60 seconds that load balancers usually do', async () => {
  await using running = await start(
    createHttpServer().on('request', (_, response) => response.end()),
  )
  const socket = await open(running.url)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer] // the first chunk
  const seconds = Number(/^Keep-Alive: timeout=(\d+)\r$/m.exec(head.toString())?.[1])
  expect(seconds).toBeGreaterThan(60)
})
