import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

// What consumers also build on, and the gate does not compare.
interface Contract {
  info: { version: string }
  paths: Record<string, Record<string, Operation>>
  components: { parameters: Record<string, { 'x-error-type': string }> }
}
interface Operation {
  security: unknown
  responses: Record<string, { content: { 'application/json': { examples: Examples } } }>
}
type Examples = Record<string, { value: { error_type?: string } }>

const released = await read('../released/connected-apps.yaml')
const contract = await read('../connected-apps.yaml')
const isSameMajor = majorOf(released) === majorOf(contract)

test.runIf(isSameMajor)('the security of the released operation stays', () => {
  expect(operationOf(contract).security).toEqual(operationOf(released).security)
})

test.runIf(isSameMajor)('each released parameter keeps its x-error-type', () => {
  expect(errorTypesOfParameters(contract)).toMatchObject(errorTypesOfParameters(released))
})

test.runIf(isSameMajor)('each released example keeps its status and error_type', () => {
  expect(errorTypesOfExamples(contract)).toMatchObject(errorTypesOfExamples(released))
})

async function read(file: string): Promise<Contract> {
  return parse(await readFile(new URL(file, import.meta.url), 'utf8'))
}

function majorOf({ info }: Contract): string | undefined {
  return info.version.split('.')[0]
}

function operationOf({ paths }: Contract): Operation {
  const [operation] = Object.values(paths).flatMap((item) => Object.values(item))
  if (operation === undefined) throw new Error('the contract has no operation')
  return operation
}

function errorTypesOfParameters({ components }: Contract): object {
  return Object.fromEntries(
    Object.entries(components.parameters).map(([name, parameter]) => [
      name,
      parameter['x-error-type'],
    ]),
  )
}

function errorTypesOfExamples(document: Contract): object {
  return Object.fromEntries(
    Object.entries(operationOf(document).responses).map(([status, { content }]) => [
      status,
      Object.fromEntries(
        Object.entries(content['application/json'].examples).map(([name, { value }]) => [
          name,
          value.error_type ?? 'none',
        ]),
      ),
    ]),
  )
}
