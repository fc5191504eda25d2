import type { Annotation, ReportView } from './view.ts'

/** The text report, followed by the annotations. */
export function githubReport({ text, annotations }: ReportView): string {
  return text + annotations.map((each) => `${annotation(each)}\n`).join('')
}

function annotation({ level, title, message }: Annotation): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`
}

// The same escaping of workflow commands as in the GitHub Actions toolkit.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
