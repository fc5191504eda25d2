import type { ServiceProcess } from '../test/support/service-process.ts'

/** Samples the resident memory of a service, until it is stopped. */
export function watchMemory(service: ServiceProcess) {
  let maxBytes = 0
  let running = Promise.resolve()
  const observe = async (): Promise<void> => {
    await running
    maxBytes = Math.max(maxBytes, await service.residentBytes())
  }
  const sample = (): void => {
    running = observe()
  }
  const timer = setInterval(sample, 500)
  return {
    /** @returns the maximum, in bytes */
    async stop(): Promise<number> {
      clearInterval(timer)
      sample()
      await running
      return maxBytes
    },
  }
}
