// What every `npm run` command of the root starts. It is JavaScript since it runs on any Node.js
// from 20.19 on: that of the project, which runs TypeScript, is only there once it is installed.
import { commands } from './commands.mjs'
import { install } from './install.mjs'
import { runProcess } from './run-process.mjs'

const [name = '', ...args] = process.argv.slice(2)
process.exitCode = await main()

/** @returns {Promise<number>} the exit code */
async function main() {
  const command = commands[name]
  if (command === undefined) {
    console.error(
      `unknown command ${JSON.stringify(name)}; the commands are ${Object.keys(commands).join(', ')}`,
    )
    return 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help)
    return 0
  }
  const unknown = args.find((arg) => command.accepts?.(arg) === false)
  if (unknown !== undefined) {
    const npm = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`
    console.error(`${npm}: unknown argument ${JSON.stringify(unknown)}; see ${npm} -- --help`)
    return 2
  }
  const [program = '', ...rest] = command.run
  return (await install()) || runProcess(program, [...rest, ...args]).exitCode
}
