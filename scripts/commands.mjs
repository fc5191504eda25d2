/**
 * @typedef {object} Command
 * @property {string[]} run the program and its first arguments
 * @property {(arg: string) => boolean} [accepts] whether the program takes the argument; without
 *   this the program itself reports unknown arguments
 * @property {string} help what --help prints, before anything is installed
 */

/** @param {string} arg */
const onlyForce = (arg) => arg === '--force'

const force = `Options:
  --force   ignores the cache`

/** The commands of the root's package.json, by name. @type {Record<string, Command>} */
export const commands = {
  start: {
    run: ['node', 'scripts/start.ts'],
    accepts: () => false,
    help: `npm start: installs, builds, and runs the mock, the service and the screen until Ctrl-C.

Environment:
  PORT           where the service listens (default 4020)
  MOCK_PORT      where the mock listens (default 4010)
  SCREEN_PORT    where the screen listens (default 4030)
  DATABASE_URL   a PostgreSQL for the service, in place of a temporary one with a demo in it
  DEMO_MEMBERS   how many more Members of the demo use its app, to rehearse an incident`,
  },
  walk: {
    run: ['node', 'scripts/run-task.ts', 'service', 'walk'],
    help: `npm run walk: shows, step by step, what a revoke does on the service that npm start runs.

Options:
  --url URL   the address of a demo (default http://127.0.0.1:4020); not of another service`,
  },
  mock: {
    run: ['node', 'scripts/mock.ts'],
    help: `npm run mock: starts the mock server, or the validation proxy, until Ctrl-C or
until the proxy's command has ended.

npm run mock -- --port 4999                   the mock on another port (default 4010)
npm run mock -- --watch                       a mock that follows openapi/connected-apps.yaml
npm run mock -- proxy --upstream URL          a proxy that checks the traffic to a provider
npm run mock -- proxy --upstream URL -- COMMAND
                                              runs your tests through it, and reports

Options:
  --host ADDRESS        the address to listen on (default 127.0.0.1)
  --port PORT           the port, 0 for a free one (default MOCK_PORT or 4010; of the proxy 4011)
  --quiet               the mock prints no line for each request
  --upstream URL        the provider, for the proxy
  --pass-other-routes   the proxy forwards requests for other operations without a check
  --reporter NAME[=FILE]
                        a report of the proxy: text, junit=FILE, github or summary; several
                        separated by spaces
  --env NAME            the variable with the address of the proxy for COMMAND
                        (default CONNECTED_APPS_BASE_URL)
  --wait SECONDS        how long to wait for a response of the upstream before COMMAND
                        (default 60)`,
  },
  screen: {
    run: ['node', 'scripts/run-task.ts', 'screen', 'start'],
    help: `npm run screen: starts the Connected apps screen alone, until Ctrl-C.

CONNECTED_APPS_BASE_URL=http://127.0.0.1:4020 npm run screen -- --port 4031
                      a second one, on the service that npm start runs

Options:
  --port PORT   the port, 0 for a free one (default SCREEN_PORT or 4030)`,
  },
  test: {
    run: ['node', 'scripts/test.ts'],
    help: `npm test: runs every check of the project, and ends with how many tests passed and failed.

npm test -- client                                   the checks of one package
npm test -- packages/client/test/retries.test.ts     one file of tests; several of both are fine

Options:
  --force   ignores the cache`,
  },
  contract: {
    run: ['node', 'openapi/scripts/contract.ts'],
    help: `npm run contract: run it after each edit of openapi/connected-apps.yaml. It lints the document,
generates what is generated from it, compares it with the released contract, and lists what is
still to do.

Options:
  --write   writes the minimum version into info.version, and drafts the changeset`,
  },
  generate: {
    run: ['node', 'scripts/turbo.ts', 'generate'],
    accepts: onlyForce,
    help: `npm run generate: generates the code that comes from the contract.

${force}`,
  },
  build: {
    run: ['node', 'scripts/turbo.ts', 'build'],
    accepts: onlyForce,
    help: `npm run build: compiles every package.

${force}`,
  },
  typecheck: {
    run: ['node', 'scripts/turbo.ts', 'typecheck'],
    accepts: onlyForce,
    help: `npm run typecheck: checks the types of every package, with its tests.

${force}`,
  },
  lint: {
    run: ['node', 'scripts/turbo.ts', 'lint', 'check', 'check:contract'],
    accepts: onlyForce,
    help: `npm run lint: checks style, format, unused code, and the contract against its last release.

${force}`,
  },
  format: {
    run: ['oxfmt'],
    accepts: (arg) => !arg.startsWith('-') || arg === '--check',
    help: `npm run format [-- FILES]: formats the files, or all of them.

Options:
  --check   changes nothing, and fails if a file is not formatted`,
  },
  bench: {
    run: ['node', 'scripts/bench.ts'],
    accepts: (arg) => ['client', 'cli', 'mock', 'service'].includes(arg),
    help: `npm run bench [-- client|cli|mock|service]: measures these packages, or all four, in turn.`,
  },
  soak: {
    run: ['node', 'scripts/soak.ts'],
    help: `npm run soak: checks random histories of revokes on two instances of the service, then kills
the command revoke-all a hundred times, and its ledger as often.

Options:
  --minutes N   how long the histories are checked (default 10)`,
  },
}
