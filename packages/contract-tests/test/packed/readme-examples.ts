import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packages, workspaceRoot } from './directories.ts'

/** A TypeScript code block in a document for users. */
export interface ReadmeExample {
  /** Usable as a file name: the document and the number of the block. */
  name: string
  code: string
}

/**
 * Every ```ts block in the READMEs of the workspace root and the packages, and in the guide to
 * migration, and the example of `revokeAll` in its own documentation.
 */
export async function readmeExamples(): Promise<ReadmeExample[]> {
  const documents = [
    { name: 'root', file: join(workspaceRoot, 'README.md') },
    { name: 'migration', file: join(workspaceRoot, 'docs/migration.md') },
    ...packages.map(({ name, directory }) => ({ name, file: join(directory, 'README.md') })),
  ]
  const examples = await Promise.all(
    documents.map(async ({ name, file }) => {
      const text = await readFile(file, 'utf8')
      return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], index) => ({
        name: `${name.replace('@connected-apps/', '')}-${index + 1}`,
        code: `${code}\nexport {}\n`,
      }))
    }),
  )
  const source = join(workspaceRoot, 'packages/cli/src/revoke-all.ts')
  const [, commented] =
    / \* @example\n((?: \* .*\n| \*\n)+)/.exec(await readFile(source, 'utf8')) ?? []
  if (commented === undefined) throw new Error(`${source} has no @example`)
  const code = commented.replaceAll(/^ \* ?/gm, '')
  return [...examples.flat(), { name: 'revoke-all', code }]
}
