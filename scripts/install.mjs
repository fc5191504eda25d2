import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runProcess } from './run-process.mjs'

/**
 * Installs the dependencies, and Node.js and pnpm among them. It shows progress, but prints nothing
 * if everything is installed.
 *
 * @returns the exit code of pnpm
 */
export async function install() {
  const { version } = JSON.parse(read('package.json')).devEngines.packageManager
  const isInstalled = read('node_modules/.pnpm/lock.yaml') === read('pnpm-lock.yaml')
  if (!isInstalled) {
    console.log('Installing the dependencies; the first time takes about half a minute.')
  }
  const pnpm = ['install', '--frozen-lockfile', '--prefer-offline']
  if (isInstalled) pnpm.push('--loglevel=warn', '--reporter=append-only')
  const hasPnpm = read('node_modules/pnpm/package.json').includes(`"version": "${version}"`)
  const { exitCode } = hasPnpm
    ? runProcess('pnpm', pnpm)
    : runProcess('npx', ['--loglevel=error', '--yes', `pnpm@${version}`, ...pnpm])
  return exitCode
}

/** @param {string} file */
function read(file) {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
