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

export function parseHours(value: string): number {
  const hours = Number(value)
  if (hours > 0 && hours < 1e6) return hours
  throw new InvalidArgumentError('must be a number above 0')
}

/** RFC 6749 section 3.1.2, for apps that run in a browser or on a web server. */
export function parseRedirectUri(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '') && !value.includes('#')) return value
  throw new InvalidArgumentError('must be an http or https URL without a fragment')
}

export function parseLogoUrl(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value
  throw new InvalidArgumentError('must be an http or https URL')
}
