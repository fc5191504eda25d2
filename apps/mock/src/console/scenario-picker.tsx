import { allOperations, operations } from '@connected-apps/contract/operations'
import type { Operation } from '@connected-apps/contract'
import type { Scenario } from '@connected-apps/scenarios'
import { useEffect, useId, useRef, useState } from 'react'
import type { Choice } from './choice.ts'
import { StatusChip } from './status-chip.tsx'

interface ScenarioPickerProps {
  /** The scenarios of the chosen operation. */
  scenarios: readonly Scenario[]
  choice: Choice
  onChoose: (choice: Choice) => void
}

/** The choice of an operation and one of its scenarios. */
export function ScenarioPicker({ scenarios, choice, onChoose }: ScenarioPickerProps) {
  // On a narrow screen the list would push everything else out of view, so it is folded there.
  const [isOpen, setIsOpen] = useState(false)
  const listId = useId()
  const list = useRef<HTMLFieldSetElement>(null)
  useEffect(() => showChosen(list.current), [choice.operationId, choice.id])
  const chosen = scenarios.find(({ id }) => id === choice.id)
  return (
    <section className="picker" id="scenarios" aria-label="Operation and scenario">
      <fieldset className="operations">
        <legend>Operation</legend>
        {allOperations.map(({ operationId, summary, method }) => (
          <label key={operationId} className="option">
            <input
              type="radio"
              name="operation"
              checked={operationId === choice.operationId}
              onChange={() => onChoose({ operationId, id: '' })}
            />
            <span className="option-title">{summary}</span>
            <span className="method">{method}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        className="button fold"
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span>
          <span className="fold-label">Scenario</span>
          {chosen?.title}
        </span>
        <span className="fold-action">{isOpen ? 'Close' : 'Change'}</span>
      </button>
      <fieldset
        className="scenarios"
        id={listId}
        ref={list}
        data-open={isOpen}
        onClick={({ detail }) => {
          // Arrow keys click as well, on each scenario that they pass.
          if (detail > 0) setIsOpen(false)
        }}
      >
        <legend>Scenario</legend>
        {scenarios.map((scenario) => (
          <ScenarioOption
            key={scenario.id}
            scenario={scenario}
            isChosen={scenario.id === choice.id}
            onChoose={() => onChoose({ ...choice, id: scenario.id })}
          />
        ))}
      </fieldset>
    </section>
  )
}

/** Scrolls the list, but not the page, to the chosen scenario, which an address may have named. */
function showChosen(list: HTMLElement | null): void {
  const option = list?.querySelector(':checked')?.closest('label')
  if (!list || !option) return
  const { offsetTop: top, offsetHeight: height } = option
  const isInView = top >= list.scrollTop && top + height <= list.scrollTop + list.clientHeight
  if (!isInView) list.scrollTop = top - list.clientHeight / 2
}

interface ScenarioOptionProps {
  scenario: Scenario
  isChosen: boolean
  onChoose: () => void
}

function ScenarioOption({ scenario, isChosen, onChoose }: ScenarioOptionProps) {
  return (
    <label className="option">
      <input type="radio" name="scenario" checked={isChosen} onChange={onChoose} />
      <span className="option-title">{scenario.title}</span>
      <StatusRow scenario={scenario} />
      <code className="option-id">{shortId(scenario)}</code>
    </label>
  )
}

/** The statuses of a scenario, call by call. */
export function StatusRow({ scenario }: { scenario: Scenario }) {
  const { examples }: Operation = operations[scenario.operationId]
  return (
    <span className="chips">
      {scenario.responses.map(({ example, waitSeconds }, index) => (
        <span key={index} className="chip-item">
          <StatusChip status={examples[example]?.status} />
          {waitSeconds !== undefined && <span className="delay">after {waitSeconds} s</span>}
        </span>
      ))}
    </span>
  )
}

/** The part of an id that differs from the others of its operation. */
function shortId({ operationId, id }: Scenario): string {
  const { prefix } = operations[operationId].scenarios
  return id.startsWith(prefix) ? `…${id.slice(prefix.length)}` : id
}
