import type { ServiceProcess } from '../test/support/service-process.ts'

/** Watches how much memory a service has resident, until stopped. */
export function watchMemory(service: ServiceProcess) {
  let highest = 0
  let running = Promise.resolve()
  const observe = async (): Promise<void> => {
    await running
    highest = Math.max(highest, await service.residentBytes())
  }
  const look = (): void => {
    running = observe()
  }
  const timer = setInterval(look, 500)
  return {
    /** @returns the most that was seen, in bytes */
    async stop(): Promise<number> {
      clearInterval(timer)
      look()
      await running
      return highest
    },
  }
}
