import { useId, useState } from 'react'
import type { FormEvent } from 'react'
import { pageOf } from './control.ts'

interface KeyFormProps {
  isolationKey: string
  onChange: (key: string) => void
}

/** Shows the isolation key that everything on the page is about, and changes it. */
export function KeyForm({ isolationKey, onChange }: KeyFormProps) {
  const [text, setText] = useState(isolationKey)
  const [error, setError] = useState<string>()
  const [id, hintId] = [useId(), useId()]

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const key = text.trim()
    try {
      pageOf(key)
    } catch (invalid) {
      setError(`Invalid: ${(invalid as Error).message}`) // it throws nothing else
      return
    }
    setError(undefined)
    setText(key)
    onChange(key)
  }
  const isChanged = text.trim() !== isolationKey
  return (
    <form className="key-form" onSubmit={submit} noValidate>
      <label htmlFor={id}>Isolation key</label>
      <div className="field-row">
        <input
          id={id}
          value={text}
          placeholder="none"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={error !== undefined}
          aria-describedby={hintId}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" aria-disabled={!isChanged}>
          Use
        </button>
      </div>
      <p className="hint" id={hintId} role="status">
        {error !== undefined && <span className="hint-error">{error}</span>}
        {error === undefined &&
          (isolationKey === ''
            ? 'A key gives a test its own journal, scenarios and lists. Requests without a key share theirs.'
            : 'Everything on this page belongs to this key alone.')}
      </p>
    </form>
  )
}
