import { bumpVersion, compareVersions, largest } from './bump.ts'
import type { Change } from './compare/change.ts'
import { rateChanges } from './compare/compare.ts'
import type { ContractFile } from './contract-file.ts'
import { nameOf } from './contract-file.ts'
import type { RedoclyChange } from './redocly.ts'
import { redoclyDiff } from './redocly.ts'

/** What changed since the released contract, and whether `info.version` reflects it. */
export interface VersionCheck {
  changes: Change[]
  /** The lowest version that the changes allow. */
  minVersion: string
  /** What is wrong with `info.version`, on one line; undefined if it is high enough. */
  versionError: string | undefined
}

/** Compares the contract with the released one, and checks that its version is high enough. */
export async function checkVersion(
  released: ContractFile,
  contract: ContractFile,
): Promise<VersionCheck> {
  return compareVersion(released, contract, await redoclyDiff(released.path, contract.path))
}

/** Like {@link checkVersion}, for differences that Redocly has already found. */
export function compareVersion(
  released: ContractFile,
  contract: ContractFile,
  redoclyChanges: RedoclyChange[],
): VersionCheck {
  const changes = rateChanges(released, contract, redoclyChanges)
  const bump = largest(changes.map((change) => change.bump))
  const minVersion = bumpVersion(released.version, bump)
  const place = `${nameOf(contract.path)}:${contract.lineOf('#/info/version')}`
  const versionError =
    compareVersions(contract.version, minVersion) >= 0
      ? undefined
      : `${place}: info.version is ${contract.version}; ${
          bump === 'none'
            ? `it must not fall below the released ${minVersion}`
            : `a ${bump} change since ${released.version} needs at least ${minVersion}`
        }`
  return { changes, minVersion, versionError }
}
