// A bare server that confirms every revoke, in a process of its own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { allOperations } from '@connected-apps/contract/operations'

const operation = allOperations.find(({ operationId }) => operationId === 'revokeConnectedApp')
if (!operation) throw new Error('the contract has no revokeConnectedApp')
const { examples, mediaType, successStatus } = operation
const example = Object.values(examples).find(({ status }) => status === successStatus)
const body = JSON.stringify(example?.body)

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(successStatus, { 'content-type': mediaType }).end(body)
})
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port) // not a pipe
})
