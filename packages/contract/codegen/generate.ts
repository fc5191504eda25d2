import type { Contract } from './contract.ts'
import type { Node } from './document.ts'
import { contractFile, DocumentError, readDocument } from './document.ts'
import { operationModule, operationsModule } from './operation-modules.ts'
import { readContract } from './read-contract.ts'
import type { UsedSchemas } from './schema-names.ts'
import { usedSchemas } from './schema-names.ts'
import { kebab, literal } from './source.ts'
import {
  ajvRuntime,
  compileTextValidators,
  compileValidators,
  requireValidSchemas,
} from './validators.ts'

const banner =
  '// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.\n'
// Ajv generates plain JavaScript; only its exports are typed.
const unchecked = '// @ts-nocheck\n'

/** Generates every file; returns their texts by path within the output directory. Throws a {@link DocumentError}. */
export async function generate(file = contractFile): Promise<Record<string, string>> {
  const document = await readDocument(file)
  const contract = readContract(document)
  const schemas = usedSchemas(contract)
  const { responseBodies, requestBodies, texts } = schemas
  requireValidSchemas(document, [...responseBodies, ...requestBodies, ...texts])
  const validators = validatorModules(document, contract, schemas)
  const runtime = await ajvRuntime(Object.values(validators))
  // Loaded only now: it brings the TypeScript compiler, which a rejected document does not need.
  const { default: openapiTS, astToString } = await import('openapi-typescript')
  const json = `${JSON.stringify(document, null, 2)}\n`
  const types = await openapiTS(json).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DocumentError('', `openapi-typescript rejects the document: ${reason}`)
  })
  const modules = {
    'types.ts': astToString(types),
    'servers.ts': serversModule(contract),
    ...Object.fromEntries(
      contract.operations.map((operation) => [
        `operations/${kebab(operation.operationId)}.ts`,
        operationModule(operation, schemas),
      ]),
    ),
    'operations.ts': operationsModule(contract, schemas),
  }
  return {
    'openapi.json': json,
    ...mapTexts(modules, (text) => banner + text),
    ...mapTexts({ ...validators, ...runtime }, (text) => banner + unchecked + text),
  }
}

/** The validators of each operation. Those that operations share, such as of errors, are compiled once. */
function validatorModules(
  document: Node,
  { operations }: Contract,
  { responseBodies, requestBodies, texts }: UsedSchemas,
): Record<string, string> {
  const own = operations.map(({ operationId }) => [
    `response-bodies/${kebab(operationId)}.ts`,
    compileValidators(
      document,
      responseBodies.filter(({ users }) => users.size === 1 && users.has(operationId)),
    ),
  ])
  const modules = {
    'response-bodies/shared.ts': compileValidators(
      document,
      responseBodies.filter(({ users }) => users.size > 1),
    ),
    ...Object.fromEntries(own),
    'request-bodies.ts': compileValidators(document, requestBodies),
    'texts.ts': compileTextValidators(document, texts),
  }
  return mapTexts(modules, (text, file) => {
    const generated = file.includes('/') ? '../' : './'
    return text
      .replaceAll("'./ajv-runtime.ts'", `'${generated}ajv-runtime.ts'`)
      .replace("'./violation.ts'", `'${generated}../violation.ts'`)
  })
}

function serversModule({ servers }: Contract): string {
  const list = servers.map(({ url, projects }) => ({ url, projects }))
  return `\n/** The servers, and the prefix of the project_ids that each is for. */\nexport const servers = ${literal(list)} as const\n`
}

function mapTexts(
  texts: Record<string, string>,
  change: (text: string, file: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, change(text, file)]))
}
