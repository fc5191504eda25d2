/** A status, colored by its class. Without one, a word for why there is none. */
export function StatusChip({
  status,
  word = 'pending',
}: {
  status?: number | undefined
  word?: string
}) {
  const kind = status === undefined ? 'none' : `${Math.floor(status / 100)}xx`
  return (
    <span className="chip" data-class={kind}>
      {status ?? word}
    </span>
  )
}
