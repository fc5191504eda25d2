import { UsageError } from '../../../openapi/scripts/command.ts'
import { contractPath, readContractFile } from '../../../openapi/scripts/contract-file.ts'
import { lint } from '../../../openapi/scripts/redocly.ts'

/**
 * Checks the contract as `npm run contract` does, since the generation and the compiler either accept
 * a broken document or report an error in the code.
 *
 * @returns in one line what is wrong, and where in the file
 */
export async function checkContract(path = contractPath): Promise<string | undefined> {
  try {
    readContractFile(path)
    await lint(path)
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}
