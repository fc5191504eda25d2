import openapiTS, { astToString } from 'openapi-typescript'
import { bodySchemasModule } from './body-schemas.ts'
import { readContract } from './contract-document.ts'
import { examplesModule } from './examples.ts'
import { operationModule } from './operation.ts'
import {
  parameterValidators,
  requestBodyValidators,
  responseBodyValidators,
  responseHeaderValidators,
} from './validators.ts'

const banner =
  '// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.\n'

/** The text of every generated file, by file name. */
export async function generate(): Promise<Record<string, string>> {
  const contract = await readContract()
  const json = `${JSON.stringify(contract.document, null, 2)}\n`
  return {
    'openapi.json': json,
    'types.ts': banner + astToString(await openapiTS(json)),
    'operation.ts': banner + operationModule(contract),
    'body-schemas.ts': banner + bodySchemasModule(contract),
    'examples.ts': banner + examplesModule(contract),
    'parameter-validators.ts': banner + parameterValidators(contract),
    'request-body-validators.ts': banner + requestBodyValidators(contract),
    'response-body-validators.ts': banner + responseBodyValidators(contract),
    'response-header-validators.ts': banner + responseHeaderValidators(contract),
  }
}
