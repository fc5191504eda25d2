import { matchOperation } from '@connected-apps/contract/operations'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A file of the contract, as it is served. */
interface ContractFile {
  bytes: Buffer
  headers: Record<string, string>
}

/** The contract's document, and the page that shows it, by the paths where the mock serves them. */
export type ContractFiles = ReadonlyMap<string, ContractFile>

/** The document as JSON. It is read rather than imported, because Node.js 20 warns of JSON imports. */
export const documentFile = createRequire(import.meta.url).resolve(
  '@connected-apps/contract/openapi.json',
)

/** Reads the files, which the build has put into the package. */
export async function loadContractFiles(): Promise<ContractFiles> {
  // This is the same directory from `src` and from `dist`.
  const directory = new URL('../../dist/contract/', import.meta.url)
  const [json, yaml, reference] = await Promise.all([
    readFile(documentFile),
    readFile(new URL('connected-apps.yaml', directory)),
    readFile(new URL('reference.html', directory), 'utf8'),
  ])
  return new Map([
    ['/openapi.json', { bytes: json, headers: { 'content-type': 'application/json' } }],
    ['/openapi.yaml', { bytes: yaml, headers: { 'content-type': 'application/yaml' } }], // RFC 9512
    [
      '/reference',
      {
        bytes: Buffer.from(reference.replace('<body>', `<body>${introduction}`)),
        headers: referenceHeaders(reference),
      },
    ],
  ])
}

/** The file that a request is for. An operation of the contract with the same path takes precedence. */
export function findContractFile(
  files: ContractFiles,
  { method = '' }: Pick<IncomingMessage, 'method'>,
  path: string,
): ContractFile | undefined {
  const file = method === 'GET' || method === 'HEAD' ? files.get(path) : undefined
  return file && matchOperation('GET', path) ? undefined : file
}

/** Sends a file. */
export function sendContractFile(response: ServerResponse, { bytes, headers }: ContractFile): void {
  response.writeHead(200, {
    ...headers,
    'content-length': bytes.length,
    'cache-control': 'no-cache',
  })
  response.end(bytes)
}

/** What the reference does not know: that a mock serves it. It names the provider's servers only. */
const introduction = `<nav aria-label="Mock" style="padding: 8px 16px; font: 14px system-ui; color: #1d1f24; background: #eef1f6">The mock serves these operations at its own address, whatever servers are named below. Send requests to it in its <a href="/" style="color: inherit">console</a>.</nav>`

function referenceHeaders(page: string): Record<string, string> {
  // The page states its policy itself, for when it is opened as a file.
  const [, policy] =
    /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page) ?? []
  if (policy === undefined) throw new Error('the reference has no content security policy')
  return { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
}
