import { bundle, createConfig } from '@redocly/openapi-core'
import { contractFile } from './paths.ts'

/** A JSON Schema, as far as the generation looks into it. */
export type Schema = Record<string, unknown>

export interface Parameter {
  name: string
  in: 'path' | 'header'
  required: boolean
  schema: Schema
  example: string
  'x-error-type': string
}

export interface Header {
  required: boolean
  schema: Schema
  example: unknown
}

export interface MediaType {
  schema: Schema
  examples: Record<string, { value: unknown }>
}

export interface Operation {
  operationId: string
  parameters: Parameter[]
  requestBody: { content: Record<string, MediaType> }
  responses: Record<
    string,
    { headers?: Record<string, Header>; content: Record<string, MediaType> }
  >
  security: Record<string, string[]>[]
}

export interface ContractDocument {
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
  servers: { url: string }[]
  components: {
    schemas: Record<string, Schema>
    securitySchemes: Record<string, { type: string; scheme: string }>
  }
}

/** The contract: the document with its references kept, and its one operation with them resolved. */
export interface Contract {
  document: ContractDocument
  path: string
  method: string
  operation: Operation
}

/** Reads the contract. Throws when it cannot be resolved, or has not exactly one operation. */
export async function readContract(): Promise<Contract> {
  const config = await createConfig({})
  const written = await bundle({ ref: contractFile, config })
  const resolved = await bundle({ ref: contractFile, config, dereference: true })
  const problem = written.problems[0] ?? resolved.problems[0]
  if (problem) throw new Error(`${contractFile}: ${problem.message}`)
  // The linter vouches for the form of the document, the casts only name it.
  const operations = operationsOf(resolved.bundle.parsed as ContractDocument)
  const [only] = operations
  if (!only || operations.length > 1) {
    throw new Error(`${contractFile}: expected one operation, found ${operations.length}`)
  }
  return { document: written.bundle.parsed as ContractDocument, ...only }
}

function operationsOf({ paths }: ContractDocument): Omit<Contract, 'document'>[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )
}
