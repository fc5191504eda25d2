/** The exit codes of the command, and their meaning in `--help`. */
export const EXIT_CODES = {
  0: 'done: all revoked, or nobody is connected or uses the app',
  1: 'incomplete: some were not revoked, somebody is connected, the API rejected the request, or the output cannot be written',
  2: 'usage error; nothing was sent',
  3: 'stopped: the server is down, rate-limits every request, or rejects the credentials; a run that had begun can be resumed',
  130: 'interrupted, or not confirmed; a run that had begun can be resumed',
} as const
