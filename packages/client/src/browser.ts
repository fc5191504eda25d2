import { refuseArgument } from './errors.ts'

/** Refuses to run where whoever opens the page can read the project's secret. */
export function refuseBrowser(allowed: boolean): void {
  const { document, navigator } = globalThis as {
    document?: object
    navigator?: { userAgent?: string }
  } // neither exists in each runtime; a browser's workers have no document
  if (!allowed && (document || navigator?.userAgent?.startsWith('Mozilla/'))) {
    refuseArgument(
      'dangerouslyAllowBrowser',
      'this is a browser, where anyone can read the secret (B2BClient); call from a server, or set dangerouslyAllowBrowser',
    )
  }
}
