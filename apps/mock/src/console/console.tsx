import { allOperations, contract } from '@connected-apps/contract/operations'
import { allScenarios } from '@connected-apps/scenarios'
import type { Scenario } from '@connected-apps/scenarios'
import { useEffect, useState } from 'react'
import { CallPanel } from './call-panel.tsx'
import { keyOfPage, loadScenarios, pageOf, resetKey } from './control.ts'
import { JournalPanel } from './journal-panel.tsx'
import { KeyForm } from './key-form.tsx'
import { ScenarioPicker } from './scenario-picker.tsx'
import type { Choice } from './scenario-picker.tsx'
import { useJournal } from './use-journal.ts'

/** The whole page. Everything in it is about one isolation key. */
export function Console() {
  const [key, setKey] = useState(keyOfPage)
  const changeKey = (chosen: string) => {
    history.replaceState(null, '', pageOf(chosen))
    setKey(chosen)
  }
  return (
    <div className="console">
      <header className="masthead">
        <div className="masthead-text">
          <h1>{contract.title} mock</h1>
          <p>
            This server stands in for version {contract.version} of the {contract.title} API. Pick a
            scenario and press <strong>Send</strong>, or point your client at{' '}
            <code>{location.origin}</code>; any project_id and secret will do.
          </p>
          <nav aria-label="The contract">
            <a href="/reference">Reference</a>
            <a href="/openapi.yaml">openapi.yaml</a>
            <a href="/openapi.json">openapi.json</a>
          </nav>
        </div>
        <KeyForm isolationKey={key} onChange={changeKey} />
      </header>
      <Workspace key={key} isolationKey={key} />
    </div>
  )
}

function Workspace({ isolationKey }: { isolationKey: string }) {
  const journal = useJournal(isolationKey)
  const scenarios = useScenarios(isolationKey, journal.readings)
  const [{ operationId, id }, setChoice] = useState<Choice>(() => firstChoice())
  const [resets, setResets] = useState(0)

  const operation = allOperations.find((each) => each.operationId === operationId)
  const own = scenarios.filter((each) => each.operationId === operationId)
  // A scenario that was defined by a test is gone after a reset.
  const scenario = own.find((each) => each.id === id) ?? own[0]
  if (operation === undefined || scenario === undefined) return null
  const reset = async () => {
    await resetKey(isolationKey)
    setResets((count) => count + 1)
  }
  return (
    <>
      <main className="workspace">
        <ScenarioPicker
          scenarios={own}
          choice={{ operationId, id: scenario.id }}
          onChoose={setChoice}
        />
        <CallPanel
          key={`${resets} ${operationId} ${scenario.id}`}
          operation={operation}
          scenario={scenario}
          isolationKey={isolationKey}
        />
        <JournalPanel journal={journal} isolationKey={isolationKey} onReset={reset} />
      </main>
      <nav className="dock" aria-label="Parts of this page">
        <a href="#scenarios">Scenarios</a>
        <a href="#call">Call</a>
        <a href="#journal">
          Journal <span className="count">{journal.total}</span>
        </a>
      </nav>
    </>
  )
}

/**
 * The scenarios in effect for an isolation key. Until they are loaded, the built-in ones.
 *
 * @param readings a number that changes when they may have changed
 */
function useScenarios(key: string, readings: number): readonly Scenario[] {
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

function firstChoice(): Choice {
  const [operation] = allOperations
  if (operation === undefined) throw new Error('the contract has no operation')
  return { operationId: operation.operationId, id: '' }
}
