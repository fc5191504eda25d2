import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { allOperations, matchOperation } from '@connected-apps/contract/operations'
import { successOf } from './responses.ts'

// Runs in a separate process, so that its CPU time does not count as the client's.
const responses = new Map(
  allOperations.map((operation) => [operation.operationId, successOf(operation)]),
)

const server = createServer((request, response) => {
  request.resume()
  const match = matchOperation(request.method ?? '', request.url ?? '')
  const found = match && responses.get(match.operation.operationId)
  if (found) response.writeHead(found.status, found.headers).end(found.text)
  else response.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port) // safe: a TCP server has an AddressInfo
})
// Without this, the server would outlive a bench that fails.
process.on('disconnect', () => process.exit())
