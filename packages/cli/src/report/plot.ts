import { escapeHtml } from '@connected-apps/node-http/html-page'
import { formatDuration } from '../format.ts'
import type { Interval } from './timeline.ts'

/** What a plot shows of each interval. */
export interface Series {
  name: string
  tone: 'calm' | 'warning' | 'danger'
  shape: 'area' | 'line' | 'bars'
  /** Undefined where nothing was measured. */
  value: (interval: Interval) => number | undefined
}

export interface Plot {
  title: string
  /** What a person who does not see the plot reads. */
  description: string
  series: readonly Series[]
  format: (value: number) => string
}

/*
 * The drawing is stretched to the width of the page, without its strokes. Text would be distorted, so
 * the labels are HTML beside it.
 */
const WIDTH = 1000
const HEIGHT = 100

/**
 * A plot over the time of the runs, as a figure with inline SVG, or a line if there is nothing to plot.
 *
 * @param runningMs the time at the end of its axis, which is inside of the last interval
 */
export function renderPlot(
  plot: Plot,
  timeline: readonly Interval[],
  { id, runningMs }: { id: string; runningMs: number },
): string {
  const highest = Math.max(
    0,
    ...plot.series.flatMap(({ value }) => timeline.map((each) => value(each) ?? 0)),
  )
  if (highest === 0) return `<p><strong>${escapeHtml(plot.title)}</strong>: none</p>`
  const max = niceMax(highest)
  const legend =
    plot.series.length < 2
      ? ''
      : `<ul class="legend">${plot.series.map(({ name, tone }) => `<li data-tone="${tone}">${escapeHtml(name)}</li>`).join('')}</ul>`
  return `<figure class="plot">
<figcaption><h3>${escapeHtml(plot.title)}</h3>${legend}</figcaption>
<div class="canvas">
<div class="scale" aria-hidden="true">${[1, 0.5, 0].map((part) => `<span>${escapeHtml(plot.format(max * part))}</span>`).join('')}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escapeHtml(plot.title)}</title>
<desc id="${id}-desc">${escapeHtml(plot.description)}</desc>
${[0, 0.5, 1].map((part) => `<line class="grid" x1="0" x2="${WIDTH}" y1="${part * HEIGHT}" y2="${part * HEIGHT}"/>`).join('')}
${plot.series.map((series) => renderSeries(series, timeline, max)).join('\n')}
${timeline.map(({ isResumed }, index) => (isResumed ? `<line class="resumed" x1="${round(xOf(index, timeline))}" x2="${round(xOf(index, timeline))}" y1="0" y2="${HEIGHT}"/>` : '')).join('')}
</svg>
<div class="time" aria-hidden="true">${timeLabels(runningMs)}</div>
</div>
</figure>`
}

function renderSeries(
  { tone, shape, value }: Series,
  timeline: readonly Interval[],
  max: number,
): string {
  const y = (of: number): number => round(HEIGHT - (of / max) * HEIGHT)
  const step = WIDTH / timeline.length
  if (shape === 'bars') {
    const bars = timeline.map((interval, index) => {
      const height = value(interval) ?? 0
      if (height === 0) return ''
      const [left, top] = [round(index * step + step * 0.1), y(height)]
      return `M${left} ${HEIGHT}V${top}h${round(step * 0.8)}V${HEIGHT}z`
    })
    return `<path class="area" data-tone="${tone}" d="${bars.join('')}"/>`
  }
  // A gap in the measurements is a gap in the line.
  const pieces: string[][] = [[]]
  for (const [index, interval] of timeline.entries()) {
    const of = value(interval)
    if (of === undefined) pieces.push([])
    else pieces.at(-1)?.push(`${round((index + 0.5) * step)} ${y(of)}`)
  }
  const drawn = pieces.filter((points) => points.length > 0)
  const line = drawn.map(drawLine).join('')
  const stroke = `<path class="line" data-tone="${tone}" d="${line}"/>`
  if (shape === 'line') return stroke
  const area = drawn
    .map((points) => {
      const [first = '', last = ''] = [points[0], points.at(-1)]
      return `M${first.split(' ')[0]} ${HEIGHT}L${points.join('L')}L${last.split(' ')[0]} ${HEIGHT}z`
    })
    .join('')
  return `<path class="area" data-tone="${tone}" d="${area}"/>${stroke}`
}

/** A single point is a short line, since it could not be seen otherwise. */
function drawLine(points: readonly string[]): string {
  return points.length === 1 ? `M${points[0]}h1` : `M${points.join('L')}`
}

function xOf(index: number, timeline: readonly Interval[]): number {
  return (index / timeline.length) * WIDTH
}

function timeLabels(runningMs: number): string {
  const [start, middle, end] = [0, 0.5, 1].map((part) => formatDuration(runningMs * part))
  // Half of a second is no other number of seconds.
  const shown = [start, middle === start || middle === end ? '' : middle, end]
  return shown.map((label) => `<span>${label}</span>`).join('')
}

/** The next round number whose half is round, too. */
function niceMax(value: number): number {
  if (value <= 2) return 2 // so that half of a count is a whole number
  const power = 10 ** Math.floor(Math.log10(value))
  return (
    [1, 2, 4, 6, 8, 10].map((factor) => factor * power).find((limit) => limit >= value) ?? value
  )
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
