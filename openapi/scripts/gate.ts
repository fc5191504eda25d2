import { compareVersions, largest, raise } from './bump.ts'
import type { Change } from './compare/change.ts'
import { compareContracts } from './compare/compare.ts'
import type { ContractFile } from './contract-file.ts'
import { nameOf } from './contract-file.ts'

export interface Verdict {
  changes: Change[]
  /** The least version that the changes allow. */
  leastVersion: string
  /** One line that says what is wrong with `info.version`, if anything is. */
  lateVersion: string | undefined
}

/** Compares the contract with the released one, and says whether its version rises enough. */
export async function runGate(released: ContractFile, contract: ContractFile): Promise<Verdict> {
  const changes = await compareContracts(released, contract)
  const bump = largest(changes.map((change) => change.bump))
  const leastVersion = raise(released.version, bump)
  const place = `${nameOf(contract.path)}:${contract.lineOf('#/info/version')}`
  const lateVersion =
    compareVersions(contract.version, leastVersion) >= 0
      ? undefined
      : `${place}: info.version is ${contract.version}; ${
          bump === 'none'
            ? `it must not fall below the released ${leastVersion}`
            : `a ${bump} change since ${released.version} needs at least ${leastVersion}`
        }`
  return { changes, leastVersion, lateVersion }
}
