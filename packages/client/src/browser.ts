import { refuseArgument } from './errors.ts'

/** Refuses to run where whoever opens the page can read the project's secret. */
export function refuseBrowser(): void {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } } // not in each runtime
  // Browsers, their workers and jsdom all begin so; Node.js, Deno, Bun and edge workers do not.
  if (navigator?.userAgent?.startsWith('Mozilla/')) {
    refuseArgument(
      'dangerouslyAllowBrowser',
      'is not set, and a browser shows the secret to anyone',
      'B2BClient',
    )
  }
}
