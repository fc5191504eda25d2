import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mediaType } from '@connected-apps/contract/compact'
import { responseExamples } from '@connected-apps/contract/examples'

// Runs in a separate process, so that its CPU time does not count as the client's.
const body = JSON.stringify(responseExamples[200].revoked)
const headers = { 'content-type': mediaType, 'content-length': Buffer.byteLength(body) }

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, headers).end(body)
})
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port) // safe: a TCP server has an AddressInfo
})
