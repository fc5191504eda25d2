import { useEffect, useReducer } from 'react'

/** The whole seconds until a time in milliseconds since 1970; 0 afterwards, and without a time. */
export function useSecondsUntil(time = 0): number {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (time <= Date.now()) return undefined
    const timer = setInterval(() => {
      renderAgain()
      if (time <= Date.now()) clearInterval(timer)
    }, 200)
    return () => clearInterval(timer)
  }, [time])
  return Math.max(0, Math.ceil((time - Date.now()) / 1000))
}
