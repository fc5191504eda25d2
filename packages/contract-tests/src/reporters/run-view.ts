import { checksOf, describeSkipped } from '../report.ts'
import type { Check, Report } from '../report.ts'
import { describeViolation } from '../verify.ts'
import { textReport, verdict } from './text.ts'
import type { Annotation, ReportView, ReportedCase, ReportedSuite } from './view.ts'

/** Converts the report of a run to what the reporters show. */
export function runView(report: Report): ReportView {
  const { title, version } = report.contract
  const suites = [
    suite("the contract's document", checksOf(report, undefined)),
    ...report.operations.map((operation) => suite(operation, checksOf(report, operation))),
    {
      name: 'what is required',
      cases: [...requiredStatusCases(report), ...requiredExampleCases(report)],
    },
  ]
  return {
    title: `contract-tests of ${title} ${version}`,
    passed: report.passed,
    verdict: verdict(report),
    text: textReport(report),
    suites: suites.filter(({ cases }) => cases.length > 0),
    annotations: annotationsOf(report),
    coverage: report.coverage,
  }
}

function suite(name: string, checks: Check[]): ReportedSuite {
  const cases = checks.map((check) => ({
    ...check,
    violations: check.violations.map(describeViolation),
  }))
  return { name, cases }
}

// JUnit has no overall verdict, so each missing status needs its own failed case.
function requiredStatusCases({ skippedStatuses, missingStatuses }: Report): ReportedCase[] {
  return skippedStatuses
    .filter(({ status }) => missingStatuses.includes(status))
    .map(({ status, operations }) => ({
      name: `a case of the required status ${status} runs`,
      outcome: 'failed',
      violations: [`${status} response: every case was skipped for ${operations.join(', ')}`],
      durationMs: 0,
    }))
}

function requiredExampleCases(report: Report): ReportedCase[] {
  return report.missingExamples.map((missing) => ({
    name: `a valid response is the required example ${missing.example}`,
    outcome: 'failed',
    violations: [describeSkipped(report, missing)],
    durationMs: 0,
  }))
}

/** An annotation for each failure, each skipped status, and each missing example. */
function annotationsOf(report: Report): Annotation[] {
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed')
  return [
    ...failed.map(({ operation, name, violations }) => ({
      level: 'error' as const,
      title: operation ? `${operation} ${name}` : name,
      message: violations.map(describeViolation).join('\n'),
    })),
    ...report.skippedStatuses.map((skipped) => ({
      level: report.missingStatuses.includes(skipped.status)
        ? ('error' as const)
        : ('notice' as const),
      title: `${skipped.status} was skipped`,
      message: describeSkipped(report, skipped),
    })),
    ...report.missingExamples.map((missing) => ({
      level: 'error' as const,
      title: `${missing.example} is missing`,
      message: describeSkipped(report, missing),
    })),
  ]
}
