import { checkParameter } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { InvalidArgumentError } from '@connected-apps/node-http/command'

/** Parses an identifier that is used in a path, where the contract does not allow every value. */
export function parseIdentifier(
  value: string,
  form: 'slug' | 'external-id',
  parameterName: string,
): string {
  const { pattern, hint } = {
    slug: {
      pattern: /^[A-Za-z0-9._~-]{2,128}$/,
      hint: '2 to 128 letters (a to z, A to Z), digits or any of - . _ ~',
    },
    'external-id': {
      pattern: /^[A-Za-z0-9._|-]{1,128}$/,
      hint: '1 to 128 letters (a to z, A to Z), digits or any of - . _ |',
    },
  }[form]
  const parameters = allOperations.flatMap(({ parameters: each }) => each[parameterName] ?? [])
  const isAllowed = parameters.every((parameter) => checkParameter(parameter, value).length === 0)
  if (pattern.test(value) && isAllowed) return value
  throw new InvalidArgumentError(`must be ${hint}, and neither . nor ..`)
}

/** A name that people read. */
export function parseName(value: string): string {
  if (value.trim() !== '') return value
  throw new InvalidArgumentError('has only white space; pass a name')
}

export function parseHours(value: string): number {
  const hours = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (hours >= 0.01 && hours <= 999_999) return hours
  throw new InvalidArgumentError('must be a number from 0.01 to 999999')
}

export function parseRoles(value: string): string[] {
  const roles = value.split(',')
  if (roles.includes(''))
    throw new InvalidArgumentError('has an empty name; pass ROLE or ROLE,ROLE')
  const repeated = roles.find((role, index) => roles.indexOf(role) < index)
  if (repeated === undefined) return roles
  throw new InvalidArgumentError(`names ${repeated} twice; name it once`)
}

/** RFC 6749 section 3.1.2, for apps that run in a browser or on a web server. */
export function parseRedirectUri(value: string): string {
  if (isWebUrl(value) && !value.includes('#')) return value
  throw new InvalidArgumentError('must be an http or https URL without a fragment')
}

export function parseLogoUrl(value: string): string {
  if (isWebUrl(value)) return value
  throw new InvalidArgumentError('must be an http or https URL')
}

/**
 * Whether it is a URL as browsers and apps send it. `URL` alone also accepts, and corrects, spaces,
 * backslashes and missing slashes, so such a value would never equal the redirect URI of a request.
 */
function isWebUrl(value: string): boolean {
  return (
    /^https?:\/\/[^/?#]/i.test(value) &&
    /^[\x21-\x7e]+$/.test(value) &&
    !value.includes('\\') &&
    URL.canParse(value)
  )
}
