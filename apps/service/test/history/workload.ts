import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from './operation.ts'
import { Random } from './random.ts'
import { Recorder } from './recorder.ts'
import type { System, Tokens } from './system.ts'

interface Secret {
  name: string
  value: string
  grant: string
}

/** The state of one of the Member's browsers. */
interface BrowserState {
  pages: { name: string; value: string }[]
  /** The grant that its last approval created. */
  remembered: string | undefined
  /** Whether it missed a response, along with its cookies. */
  isLost: boolean
}

export interface WorkloadOptions {
  clients: number
  operationsPerClient: number
  /** The probability that a client aborts a request. */
  abortProbability: number
}

/** How often each operation is chosen, relative to the others that are possible. */
const weights = {
  request: 2,
  reload: 1,
  approve: 4,
  exchange: 6,
  refresh: 5,
  introspect: 6,
  revokeAccessToken: 0.5,
  revokeRefreshToken: 1,
  revoke: 0.5,
}

type Kind = keyof typeof weights

/**
 * Lets clients use one authorization concurrently, and records what they observe. It begins with a
 * sequential setup: a consent, tokens and open pages. It ends with a revoke, followed by the
 * introspection of every token that was ever issued.
 *
 * @param system an authorization without active grants
 */
export async function runWorkload(
  system: System,
  seed: number,
  { clients, operationsPerClient, abortProbability }: WorkloadOptions,
): Promise<Call[]> {
  const random = new Random(seed)
  const recorder = new Recorder()
  const codes: Secret[] = []
  const accessTokens: Secret[] = []
  const refreshTokens: Secret[] = []
  let lastRefreshed: Secret | undefined
  const browsers = Array.from({ length: system.browsers }, (): BrowserState => ({
    pages: [],
    remembered: undefined,
    isLost: false,
  }))

  await act('setup', 'request', 0)
  await act('setup', 'approve', 0)
  await act('setup', 'exchange', 0)
  await Promise.all(browsers.map((_, browser) => act(`setup-${browser}`, 'request', browser)))

  const plans = Array.from({ length: clients }, (_, client) => plan(client))
  // One client always revokes, whatever the random numbers are.
  const revoker = plans[random.below(clients)]
  revoker?.splice(random.below(operationsPerClient), 1, 'revoke')
  await Promise.all(plans.map((kinds, client) => follow(client, kinds)))

  await act('finale', 'revoke', 0)
  await Promise.all(
    [...accessTokens, ...refreshTokens].map((secret) => introspect('finale', secret)),
  )
  return recorder.calls

  /** An undefined operation is chosen only when it is due, from those that are possible then. */
  function plan(client: number): (Kind | undefined)[] {
    const kinds = Array.from({ length: operationsPerClient }, (): Kind | undefined => undefined)
    if (browsers[client]?.pages.length) kinds[random.below(operationsPerClient)] = 'approve'
    return kinds
  }

  async function follow(client: number, kinds: (Kind | undefined)[]): Promise<void> {
    for (const kind of kinds) {
      if (random.chance(0.3)) await sleep(random.below(4))
      await act(`client-${client}`, kind ?? choose(client), client)
    }
  }

  function choose(client: number): Kind {
    const browser = browsers[client]
    const hasPage = (browser?.pages.length ?? 0) > 0
    const possible: Record<Kind, boolean> = {
      request: browser !== undefined,
      reload: hasPage,
      approve: hasPage,
      exchange: codes.length > 0,
      refresh: refreshTokens.length > 0,
      introspect: accessTokens.length > 0,
      revokeAccessToken: accessTokens.length > 0,
      revokeRefreshToken: refreshTokens.length > 0,
      revoke: true,
    }
    const kinds = Object.keys(weights) as Kind[] // the keys of the literal above
    let rest = random.next() * kinds.reduce((sum, kind) => sum + weightOf(kind), 0)
    return kinds.find((kind) => (rest -= weightOf(kind)) < 0) ?? 'revoke'

    function weightOf(kind: Kind): number {
      return possible[kind] ? weights[kind] : 0
    }
  }

  /** Prefers the newest, so that clients race for the same one. */
  function pickRecent(secrets: Secret[]): Secret | undefined {
    return random.chance(0.7) ? secrets.at(-1) : random.pick(secrets)
  }

  /** A client that may repeat a refresh often does, as if it had lost the response. */
  function pickRefreshToken(): Secret | undefined {
    const isRepeat = system.isRefreshRepeatable && random.chance(0.5)
    lastRefreshed = (isRepeat ? lastRefreshed : undefined) ?? pickRecent(refreshTokens)
    return lastRefreshed
  }

  function abortOptions() {
    return random.chance(abortProbability) ? { abortAfterMs: random.below(8) } : {}
  }

  async function act(client: string, kind: Kind, browser: number): Promise<void> {
    switch (kind) {
      case 'request':
        return request(client, browser)
      case 'reload':
        return reload(client, browser)
      case 'approve':
        return approve(client, browser)
      case 'exchange':
        return exchange(client, pickRecent(codes))
      case 'refresh':
        return refresh(client, pickRefreshToken())
      case 'introspect':
        return introspect(client, pickRecent(random.chance(0.7) ? accessTokens : refreshTokens))
      case 'revokeAccessToken':
        return revokeToken(client, 'access_token', pickRecent(accessTokens))
      case 'revokeRefreshToken':
        return revokeToken(client, 'refresh_token', pickRecent(refreshTokens))
      case 'revoke': {
        await recorder.record(client, { kind }, async () => {
          await system.revoke(abortOptions())
          return { succeeded: true }
        })
      }
    }
  }

  async function request(client: string, index: number): Promise<void> {
    const browser = browsers[index]
    if (browser === undefined || browser.isLost) return
    const { remembered } = browser
    const page = recorder.name('p')
    const isCompleted = await recorder.record(
      client,
      { kind: 'request', page, remembered },
      async () => {
        const result = await system.request(index)
        if ('code' in result) {
          const grant = remembered ?? 'unknown'
          const code = { name: recorder.name('c'), value: result.code, grant }
          codes.push(code)
          return { succeeded: true, produced: [code.name] }
        }
        if (result.page !== undefined) browser.pages.push({ name: page, value: result.page })
        return { succeeded: false, produced: [page] }
      },
    )
    if (!isCompleted) browser.isLost = true
  }

  async function reload(client: string, index: number): Promise<void> {
    const browser = browsers[index]
    const page = browser?.pages.at(-1)
    if (browser === undefined || page === undefined || browser.isLost) return
    const isCompleted = await recorder.record(
      client,
      { kind: 'reload', page: page.name },
      async () => ({ succeeded: await system.reload(index, page.value) }),
    )
    if (!isCompleted) browser.isLost = true
  }

  async function approve(client: string, index: number): Promise<void> {
    const browser = browsers[index]
    const page = browser?.pages.pop()
    if (browser === undefined || page === undefined || browser.isLost) return
    const grant = recorder.name('g')
    const isCompleted = await recorder.record(
      client,
      { kind: 'approve', page: page.name, grant },
      async () => {
        const value = await system.approve(index, page.value)
        if (value === undefined) return { succeeded: false }
        const code = { name: recorder.name('c'), value, grant }
        codes.push(code)
        browser.remembered = grant
        return { succeeded: true, produced: [code.name] }
      },
    )
    if (!isCompleted) browser.isLost = true
  }

  async function exchange(client: string, code: Secret | undefined): Promise<void> {
    if (code === undefined) return
    const operation = { kind: 'exchange', token: code.name, grant: code.grant } as const
    await recorder.record(client, operation, async () =>
      keep(await system.exchange(code.value, abortOptions()), code),
    )
  }

  async function refresh(client: string, token: Secret | undefined): Promise<void> {
    if (token === undefined) return
    const { rotatesRefreshTokens: rotates, isRefreshRepeatable: isRepeatable } = system
    const { name, grant } = token
    const operation = { kind: 'refresh', token: name, grant, rotates, isRepeatable } as const
    await recorder.record(client, operation, async () =>
      keep(await system.refresh(token.value, abortOptions()), token),
    )
  }

  function keep(tokens: Tokens | undefined, { value, grant }: Secret) {
    if (tokens === undefined) return { succeeded: false }
    const accessToken = { name: recorder.name('a'), value: tokens.accessToken, grant }
    accessTokens.push(accessToken)
    if (tokens.refreshToken === value) return { succeeded: true, produced: [accessToken.name] }
    const refreshToken = { name: recorder.name('r'), value: tokens.refreshToken, grant }
    refreshTokens.push(refreshToken)
    return { succeeded: true, produced: [accessToken.name, refreshToken.name] }
  }

  async function introspect(client: string, token: Secret | undefined): Promise<void> {
    if (token === undefined) return
    const operation = { kind: 'introspect', token: token.name, grant: token.grant } as const
    await recorder.record(client, operation, async () => ({
      succeeded: await system.introspect(token.value),
    }))
  }

  async function revokeToken(
    client: string,
    kind: 'access_token' | 'refresh_token',
    token: Secret | undefined,
  ): Promise<void> {
    if (token === undefined) return
    await recorder.record(
      client,
      {
        kind: kind === 'access_token' ? 'revokeAccessToken' : 'revokeRefreshToken',
        token: token.name,
        grant: token.grant,
      },
      async () => {
        await system.revokeToken(token.value, kind)
        return { succeeded: true }
      },
    )
  }
}
