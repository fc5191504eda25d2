import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { at, inOperation } from './contract-edits.ts'
import type { Edit } from './contract-edits.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const contract = 'openapi/connected-apps.yaml'
const released = 'openapi/released/connected-apps.yaml'
const record = 'openapi/released/packages.json'

const deprecate =
  (version: string): Edit =>
  (c) => {
    inOperation(c)['deprecated'] = true
    at(c, 'info')['version'] = version
  }

describe.concurrent('the release', () => {
  test('copies the contract, extends the changelog and renders the reference', async () => {
    using workspace = createWorkspace()
    workspace.editContract(deprecate('1.1.0'))
    setPackageVersion(workspace, '0.4.0')
    expect(await workspace.run('release')).toMatchObject({ exitCode: 0 })
    expect(workspace.read(released)).toBe(workspace.read(contract))
    expect(workspace.read('openapi/CHANGELOG.md')).toMatch(
      /^# Changelog of the contract\n\n## 1\.1\.0\n\n\|[\s\S]*deprecated of operation[\s\S]*\|\n\n## 1\.0\.0\n\nThe first\.\n$/,
    )
    expect(JSON.parse(workspace.read(record))).toEqual({ generated: '0.4.0' })
    expect(workspace.read('openapi/dist/reference.html')).toContain('1.1.0')
    expect(await workspace.run('check-contract')).toMatchObject({ exitCode: 0 })
  })

  test('leaves changelog and copy alone when only packages are released', async () => {
    using workspace = createWorkspace()
    const before = workspace.read('openapi/CHANGELOG.md')
    setPackageVersion(workspace, '0.3.1')
    expect(await workspace.run('release')).toMatchObject({ exitCode: 0 })
    expect(workspace.read('openapi/CHANGELOG.md')).toBe(before)
    expect(JSON.parse(workspace.read(record))).toEqual({ generated: '0.3.1' })
  })

  test.for([
    ['the version of the contract is too low', '1.0.1', '0.4.0', 'needs at least 1.1.0'],
    ['the package does not rise', '1.1.0', '0.3.0', 'generated stays 0.3.0, while the contract'],
    ['the package rises less', '1.1.0', '0.3.1', 'generated only rises from 0.3.0 to 0.3.1'],
  ] as const)('writes nothing when %s', async ([, version, packageVersion, message]) => {
    using workspace = createWorkspace()
    workspace.editContract(deprecate(version))
    setPackageVersion(workspace, packageVersion)
    const before = workspace.read(released)
    const { exitCode, stderr } = await workspace.run('release')
    expect(stderr).toContain(message)
    expect(exitCode).toBe(1)
    expect(workspace.read(released)).toBe(before)
    expect(await workspace.run('check-contract')).toMatchObject({ exitCode: 1 })
  })
})

describe('the check against the registry', () => {
  test('has nothing to compare before the first publication', async () => {
    using workspace = createWorkspace()
    const { exitCode, stdout } = await checkPublished(workspace, undefined)
    expect(stdout).toBe('generated is not published yet\n')
    expect(exitCode).toBe(0)
  })

  test('passes if released/ matches what is published', async () => {
    using workspace = createWorkspace()
    const published = { version: '0.3.0', document: parse(workspace.read(released)) }
    expect(await checkPublished(workspace, published)).toMatchObject({ exitCode: 0 })
  })

  test('fails if released/ was edited by hand', async () => {
    using workspace = createWorkspace()
    const published = { version: '0.3.0', document: parse(workspace.read(released)) }
    workspace.write(released, workspace.read(released).replace('Connected Apps', 'Our Apps'))
    const { exitCode, stderr } = await checkPublished(workspace, published)
    expect(stderr).toBe(
      'openapi/released/connected-apps.yaml differs from the contract in the published generated 0.3.0; restore it, since only the release may write it\n',
    )
    expect(exitCode).toBe(1)
  })

  test('fails if the package about to be published contains another contract', async () => {
    using workspace = createWorkspace()
    const published = { version: '0.3.0', document: parse(workspace.read(released)) }
    workspace.editContract(deprecate('1.1.0'))
    setPackageVersion(workspace, '0.4.0')
    const { exitCode, stderr } = await checkPublished(workspace, published)
    expect(stderr).toContain('differs from the contract that generated 0.4.0 will contain')
    expect(exitCode).toBe(1)
    await workspace.run('release')
    expect(await checkPublished(workspace, published)).toMatchObject({ exitCode: 0 })
  })

  test('fails if the package rises less than the contract in it', async () => {
    using workspace = createWorkspace()
    const published = { version: '0.3.0', document: parse(workspace.read(released)) }
    workspace.editContract(deprecate('1.1.0'))
    workspace.write(released, workspace.read(contract))
    setPackageVersion(workspace, '0.3.1')
    const { exitCode, stderr } = await checkPublished(workspace, published)
    expect(stderr).toBe(
      'generated rises from 0.3.0 to 0.3.1, but the contract in it by more: from 1.0.0 to 1.1.0\n',
    )
    expect(exitCode).toBe(1)
  })

  test('says in one line that the registry cannot be reached', async () => {
    using workspace = createWorkspace()
    const nobody = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }
    const { exitCode, stderr } = await workspace.run('check-published', [], nobody)
    expect(stderr).toMatch(/^generated: cannot be fetched: .*\n$/)
    expect(exitCode).toBe(2)
  })
})

interface Published {
  version: string
  document: object
}

function setPackageVersion(workspace: Workspace, version: string): void {
  const file = 'packages/generated/package.json'
  workspace.write(file, JSON.stringify({ ...JSON.parse(workspace.read(file)), version }))
}

/** Runs the check against a registry on this machine that has this package, or none. */
async function checkPublished(workspace: Workspace, published: Published | undefined) {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'registry-'))
  const tarball = published && pack(directory.path, published)
  const server = createServer((request, response) => {
    if (published === undefined || tarball === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}')
    } else if (request.url?.endsWith('.tgz')) {
      response.end(tarball)
    } else {
      const { version } = published
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
      const dist = { tarball: `http://${request.headers.host}/generated.tgz`, integrity }
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          name: 'generated',
          'dist-tags': { latest: version },
          versions: { [version]: { name: 'generated', version, dist } },
        }),
      )
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  try {
    return await workspace.run('check-published', [], {
      npm_config_registry: `http://127.0.0.1:${port}`,
      npm_config_cache: join(directory.path, 'cache'),
    })
  } finally {
    server.close()
  }
}

function pack(directory: string, { version, document }: Published): Buffer {
  const root = join(directory, 'package')
  mkdirSync(root)
  const manifest = { name: 'generated', version, exports: { './openapi.json': './openapi.json' } }
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(root, 'openapi.json'), JSON.stringify(document))
  execFileSync('tar', ['-czf', 'generated.tgz', 'package'], { cwd: directory })
  return readFileSync(join(directory, 'generated.tgz'))
}
