import { compareVersions, largest, raise } from './bump.ts'
import type { Change } from './compare/change.ts'
import { rateChanges } from './compare/compare.ts'
import type { ContractFile } from './contract-file.ts'
import { nameOf } from './contract-file.ts'
import type { RedoclyChange } from './redocly.ts'
import { redoclyDiff } from './redocly.ts'

export interface Verdict {
  changes: Change[]
  /** The least version that the changes allow. */
  leastVersion: string
  /** One line that says what is wrong with `info.version`, if anything is. */
  lateVersion: string | undefined
}

/** Compares the contract with the released one, and says whether its version rises enough. */
export async function runGate(released: ContractFile, contract: ContractFile): Promise<Verdict> {
  return verdictOn(released, contract, await redoclyDiff(released.path, contract.path))
}

/** The same for differences that Redocly has found before. */
export function verdictOn(
  released: ContractFile,
  contract: ContractFile,
  seen: RedoclyChange[],
): Verdict {
  const changes = rateChanges(released, contract, seen)
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
