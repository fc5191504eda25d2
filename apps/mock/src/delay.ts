/** Waits, and returns early with false when the signal aborts first. */
export function delay(seconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false)
    const timer = setTimeout(() => finish(true), seconds * 1000)
    const onAbort = () => finish(false)
    signal.addEventListener('abort', onAbort, { once: true })
    function finish(waited: boolean) {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(waited)
    }
  })
}
