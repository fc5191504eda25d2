const comment = /^# (?:HELP|TYPE) [a-z0-9_]+ /
const sample = /^([a-z0-9_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})?) (\S+)$/

/** Reads a service's metrics, in Prometheus' text format. @returns the value of each series */
export async function readMetrics(url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`)
  const lines = (await response.text()).split('\n')
  const series = new Map<string, number>()
  for (const line of lines) {
    if (line === '' || comment.test(line)) continue
    const [, name = '', value = ''] = sample.exec(line) ?? []
    // The delay of the event loop is not a number before it was measured.
    if (name === '' || (Number.isNaN(Number(value)) && value !== 'Nan'))
      throw new Error(`not a metric: ${line}`)
    if (series.has(name)) throw new Error(`twice: ${line}`)
    series.set(name, Number(value))
  }
  return series
}
