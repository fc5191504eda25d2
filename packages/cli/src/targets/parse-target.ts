import { checkParameter } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import type { AppInOrganization, NamedApp, Target } from '../target.ts'

const { parameters, pathParameters } = operations.revokeConnectedApp

/** The ids that a target consists of. */
export const TARGET_IDS: readonly (keyof Target)[] = pathParameters

/**
 * A line of a list of targets: a target, or what is wrong; or, after its problems if it has any, an
 * Organization that was searched without finding a target; or, once, what the API calls the app of a
 * search.
 */
export type TargetLine =
  | { readonly line: number; readonly target: Target }
  | { readonly line: number; readonly searched: AppInOrganization }
  | { readonly line: number; readonly app: NamedApp }
  | TargetProblem

/** Why a line is not a target, in words that can be printed anywhere. */
export interface TargetProblem {
  readonly line: number
  readonly problem: string
  /** Set if nothing that follows the line could be read, so that targets may be missing. */
  readonly isLast?: true
  /** Set if the line is right, but its Members could not be read, so that targets are missing. */
  readonly isUnread?: true
}

/**
 * Checks the ids of a target against the contract.
 *
 * @param values may have other properties as well
 * @param defaults ids that hold for all targets; a different value is a problem
 */
export function parseTarget(
  values: Readonly<Partial<Record<string, unknown>>>,
  defaults: Partial<Target> = {},
): { target: Target } | { problem: string } {
  const ids: Partial<Record<keyof Target, string>> = {}
  for (const name of TARGET_IDS) {
    const value = values[name] ?? defaults[name]
    if (value === undefined) {
      const advice = name === 'connected_app_id' ? '; add it, or pass --connected-app-id' : ''
      return { problem: `${name} is missing${advice}` }
    }
    // The contract's check is for parameters of a request, and takes a number for its text.
    if (typeof value !== 'string') return { problem: `${name} ${quote(value)} is not a string` }
    const problem = describeMalformed(name, value)
    if (problem !== undefined) return { problem }
    if (value !== (defaults[name] ?? value)) {
      return {
        problem: `${name} ${quote(value)} is not the given ${quote(defaults[name])}; correct one of them`,
      }
    }
    ids[name] = value
  }
  return { target: ids as Target } // safe: each id was set
}

/** What is wrong with an id, in words, since the contract's own message is a regular expression. */
export function describeMalformed(name: keyof Target, value: string): string | undefined {
  const parameter = parameters[name]
  if (checkParameter(parameter, value).length === 0) return undefined
  return `${name} ${quote(value)} is malformed; one looks like ${parameter.example}`
}

const MAX_QUOTED_LENGTH = 60

/** A value from outside as a problem quotes it: short, and with escapes for all that a terminal may obey. */
export function quote(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(shorten(value)) : shorten(JSON.stringify(value))
  return text.replaceAll(
    /[^\x20-\x7E…]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function shorten(text: string): string {
  return text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text
}
