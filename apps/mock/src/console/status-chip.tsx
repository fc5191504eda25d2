/** By the first digit of a status. */
const tones: Record<string, string> = { 2: 'success', 4: 'warning', 5: 'danger' }

/** A status, colored by its class. Without one, a word for why there is none. */
export function StatusChip({
  status,
  word = 'pending',
}: {
  status?: number | undefined
  word?: string
}) {
  return (
    <span className="chip" data-tone={tones[String(status).charAt(0)]}>
      {status ?? word}
    </span>
  )
}
