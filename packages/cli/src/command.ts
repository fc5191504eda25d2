/**
 * What to type to run the command, in hints that are to be copied. It names the package, since
 * `npx connected-apps` would run a package of that name, which somebody else could publish.
 */
export const COMMAND = 'npx @connected-apps/cli'
