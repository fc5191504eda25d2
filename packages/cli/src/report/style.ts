/** The stylesheet of the report, on top of the theme of all pages. */
export const style = `
main { display: grid; gap: var(--space-10); }
section { min-width: 0; display: grid; gap: var(--space-3); }
h3 { font-size: var(--body); font-weight: 600; }
dl, dd, figure { margin: 0; }
.kicker { color: var(--text-quiet); font-weight: 600; letter-spacing: 0.02em; margin-bottom: var(--space-2); }
.lead { margin-top: var(--space-3); color: var(--text-quiet); max-width: 80ch; }
.note { color: var(--text-quiet); }
.card { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }

[data-state] { --state: var(--danger); }
[data-state='revoked'] { --state: var(--success); }
[data-state='not_found'] { --state: var(--text-quiet); }
[data-state='unknown'], [data-state='sent'], [data-state='unsent'] { --state: var(--warning); }

.bar { display: flex; gap: 2px; height: 0.75rem; border-radius: 1rem; overflow: hidden; background: var(--surface-quiet); }
.bar span { flex-basis: 0; min-width: 4px; background: var(--state); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: var(--space-3); }
.tile { padding: var(--space-4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
.tile dt { display: flex; align-items: center; gap: var(--space-2); font-weight: 600; }
.tile dt::before { content: ''; width: 0.625rem; height: 0.625rem; border-radius: 50%; background: var(--state); }
.tile strong { font-size: var(--title); font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile span, time { white-space: nowrap; }
.tile span, .tile p { color: var(--text-quiet); }
.tile p { text-wrap: pretty; }

.plots { display: grid; gap: var(--space-6); padding: var(--space-4); }
.plot figcaption { display: flex; justify-content: space-between; gap: var(--space-4); margin-bottom: var(--space-2); }
.legend { display: flex; gap: var(--space-4); margin: 0; padding: 0; list-style: none; color: var(--text-quiet); }
.legend li { display: flex; align-items: center; gap: var(--space-2); }
.legend li::before { content: ''; width: 1rem; border-top: 2px solid var(--tone); }
[data-tone='calm'] { --tone: var(--focus); }
.plot [data-tone='warning'] { --tone: var(--warning); }
.plot [data-tone='danger'] { --tone: var(--danger); }
.legend li[data-tone='warning']::before { border-top-style: dashed; }
.canvas { display: grid; grid-template-columns: 4rem minmax(0, 1fr); column-gap: var(--space-2); }
.canvas svg { display: block; width: 100%; height: 8rem; overflow: visible; }
.scale { display: flex; flex-direction: column; justify-content: space-between; margin-block: -0.5rem; text-align: end; }
.scale, .time { color: var(--text-quiet); font-size: var(--small); line-height: 1rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { grid-column: 2; display: flex; justify-content: space-between; margin-top: var(--space-1); }
.grid { stroke: var(--line); }
.resumed { stroke: var(--text-quiet); stroke-dasharray: 3 3; }
.line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line[data-tone='warning'] { stroke-dasharray: 5 4; }
.area { fill: var(--tone); }
path.area:has(+ .line) { fill-opacity: 0.16; }
.grid, .line, .resumed { vector-effect: non-scaling-stroke; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: var(--space-2) var(--space-4); text-align: start; vertical-align: top; }
th { color: var(--text-quiet); font-weight: 600; white-space: nowrap; }
td { border-top: 1px solid var(--line); min-width: 7.5rem; overflow-wrap: anywhere; }
td:has(code) { min-width: 10rem; }
.rows td:last-child { min-width: 20rem; }
.numbers td, .numbers th { white-space: nowrap; }
.numbers :is(td, th):not(:first-child) { text-align: end; }
details summary { padding: var(--space-2) 0; color: var(--focus); cursor: pointer; }
.facts div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: var(--space-2); padding: var(--space-2) var(--space-4); }
.facts div + div { border-top: 1px solid var(--line); }
.facts dt { color: var(--text-quiet); }
.facts dd { overflow-wrap: anywhere; }

@media (width < 36rem) {
  main { gap: var(--space-6); }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tile { padding: var(--space-3); }
  .facts div { grid-template-columns: 1fr; gap: 0; }
  .canvas { grid-template-columns: 3.25rem minmax(0, 1fr); }
  .rows, .rows :is(tbody, tr) { display: block; }
  .rows thead { display: none; }
  .rows tr { padding: var(--space-2) 0; }
  .rows tr + tr { border-top: 1px solid var(--line); }
  .rows td:is(*, :last-child) { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: var(--space-2); min-width: 0; padding-block: var(--space-1); border: 0; }
  .rows td::before { content: attr(data-heading); color: var(--text-quiet); }
}

@media print {
  :root { color-scheme: light; --page: #fff; }
  main { max-width: none; padding: 0; }
  .bar, .tile dt::before, .area { print-color-adjust: exact; }
  .plot, .tile, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
}
`
