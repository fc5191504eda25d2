import { useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { Call } from '../snippets/call.ts'
import { snippets } from '../snippets/snippets.ts'
import type { SnippetKind } from '../snippets/snippets.ts'

const kinds = Object.keys(snippets) as SnippetKind[] // the type is that of these keys

/** The call as code, in several languages: tabs as in the ARIA Authoring Practices Guide. */
export function SnippetTabs({ call }: { call: Call }) {
  const [kind, setKind] = useState<SnippetKind>('curl')
  const id = useId()
  const tabs = useRef(new Map<SnippetKind, HTMLButtonElement>())
  const code = snippets[kind](call)

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }
    const index = kinds.indexOf(kind)
    const next =
      event.key === 'Home'
        ? kinds[0]
        : event.key === 'End'
          ? kinds.at(-1)
          : kinds.at((index + (steps[event.key] ?? 0)) % kinds.length)
    if (next === undefined || next === kind) return
    event.preventDefault()
    setKind(next)
    tabs.current.get(next)?.focus()
  }
  return (
    <div className="card snippets">
      <div className="card-head">
        <h2 id={`${id}-title`}>As code</h2>
        <div role="tablist" className="tabs" aria-labelledby={`${id}-title`} onKeyDown={onKeyDown}>
          {kinds.map((each) => (
            <button
              key={each}
              ref={(element) => {
                if (element) tabs.current.set(each, element)
              }}
              type="button"
              role="tab"
              id={`${id}-${each}`}
              aria-controls={`${id}-panel`}
              aria-selected={each === kind}
              tabIndex={each === kind ? 0 : -1}
              onClick={() => setKind(each)}
            >
              {each}
            </button>
          ))}
        </div>
        <CopyButton text={code} key={code} codeId={`${id}-panel`} />
      </div>
      <pre role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${kind}`} tabIndex={0}>
        <code>{code.trimEnd()}</code>
      </pre>
    </div>
  )
}

interface CopyButtonProps {
  text: string
  /** The element that shows the text. */
  codeId: string
}

/** Copies a text, or selects it where the browser does not allow copying. */
function CopyButton({ text, codeId }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'Copied' | 'Selected'>()
  const copy = async () => {
    try {
      // Browsers have no clipboard on pages that came over http from another machine.
      await navigator.clipboard.writeText(text)
      setOutcome('Copied')
    } catch {
      const element = document.getElementById(codeId)
      if (element) getSelection()?.selectAllChildren(element)
      setOutcome('Selected')
    }
  }
  return (
    <>
      <span role="status" className="visually-hidden">
        {outcome}
      </span>
      <button type="button" className="button copy" onClick={() => void copy()}>
        {outcome ?? 'Copy'}
      </button>
    </>
  )
}
