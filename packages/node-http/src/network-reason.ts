/** What went wrong with a connection, in a few words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  // If no address of a host name can be reached, Node.js throws an error without a message.
  return 'code' in error ? String(error.code) : error.name
}
