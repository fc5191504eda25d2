import { allScenarios } from '@connected-apps/scenarios'
import type { Scenario } from '@connected-apps/scenarios'
import { useEffect, useState } from 'react'
import { loadScenarios } from './control.ts'

/**
 * The scenarios in effect for an isolation key. Until they are loaded, the built-in ones.
 *
 * @param readings a number that changes when they may have changed
 */
export function useScenarios(key: string, readings: number): readonly Scenario[] {
  const [scenarios, setScenarios] = useState(allScenarios)
  useEffect(() => {
    const controller = new AbortController()
    loadScenarios(key, controller.signal).then(setScenarios, () => {
      // Those that are known stay; the journal shows that there is no connection.
    })
    return () => controller.abort()
  }, [key, readings])
  return scenarios
}
