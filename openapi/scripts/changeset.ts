import { join } from 'node:path'
import type { Bump } from './bump.ts'
import { bumpBetween, largest } from './bump.ts'
import type { Change } from './compare/change.ts'
import { describePointer } from './compare/change-table.ts'
import type { ContractFile } from './contract-file.ts'
import { root } from './contract-file.ts'
import { dependentPackages } from './packages.ts'

interface Changeset {
  path: string
  text: string
}

/** Drafts a changeset for all packages that depend on the contract, for the author to reword. */
export function draftChangeset(
  releasedVersion: string,
  contract: ContractFile,
  changes: Change[],
): Changeset {
  const { version } = contract
  const bump = bumpBetween(releasedVersion, version)
  const header = dependentPackages().map(({ name }) => `'${name}': ${bump}`)
  const largestBump: Bump = largest(changes.map((change) => change.bump))
  // Only the largest changes, which consumers have to know; the contract's changelog lists all of them.
  const listed = changes.filter((change) => change.bump === largestBump)
  const lines = listed.map((change) => `- ${change.what}: \`${describePointer(change, contract)}\``)
  return {
    path: join(root, '.changeset', `contract-${version.replaceAll('.', '-')}.md`),
    text: `---\n${header.join('\n')}\n---\n\nVersion ${version} of the contract:\n\n${lines.join('\n')}\n`,
  }
}
