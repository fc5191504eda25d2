import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ListenError, listen } from '../src/index.ts'
import { start } from './support/server.ts'

const names = { host: '--host', port: 'PORT' }

it.each([
  ['127.0.0.1', 'http://127.0.0.1:'],
  ['localhost', 'http://localhost:'],
  ['0.0.0.0', 'http://localhost:'],
  ['::1', 'http://[::1]:'],
  ['::', 'http://localhost:'],
  ['0:0:0:0:0:0:0:0', 'http://localhost:'],
])('gives the URL at which a server on %s is reached', async (host, origin) => {
  const server = createServer((_, response) => response.end())
  const url = await listen(server, { host, port: 0 })
  expect(url).toMatch(/:\d+$/)
  expect(url.replace(/\d+$/, '')).toBe(origin)
  expect((await fetch(url)).status).toBe(200)
  server.close()
  server.closeAllConnections()
})

describe('an address that cannot be listened on', () => {
  it('says that its port is in use, and how to set another one', async () => {
    await using taken = await start(createServer())
    const port = Number(new URL(taken.url).port)
    const error = await listen(createServer(), { host: '127.0.0.1', port, names }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ListenError)
    expect(error).toMatchObject({
      message: `port ${port} on 127.0.0.1 is in use; set PORT to another one, or to 0 for any that is free`,
      cause: { code: 'EADDRINUSE' },
    })
  })

  it.each([
    ['203.0.113.1', 0, /^203\.0\.113\.1 is not an address of this machine; set --host to one, /],
    ['nonesuch.invalid', 0, /^nonesuch\.invalid is not an address of this machine; set --host /],
    ['127.0.0.1', 65_536, /^65536 is not a port; set PORT to a whole number from 0 to 65535$/],
  ])('says what to do: %s, port %s', async (host, port, message) => {
    await expect(listen(createServer(), { host, port, names })).rejects.toThrow(message)
  })

  it('says that its port requires privileges', async () => {
    const server = createServer()
    // The tests may run with all rights.
    server.listen = () => {
      server.emit('error', Object.assign(new Error('denied'), { code: 'EACCES' }))
      return server
    }
    await expect(listen(server, { host: '127.0.0.1', port: 80, names })).rejects.toThrow(
      'port 80 on 127.0.0.1 requires privileges; set PORT to one above 1023',
    )
  })
})
