import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from './operation.ts'
import { Random } from './random.ts'
import { Recorder } from './recorder.ts'
import type { System, Tokens } from './system.ts'

interface Secret {
  name: string
  value: string
  grant: string
}

/** What a browser of the Member knows. */
interface BrowserState {
  pages: { name: string; value: string }[]
  /** The grant that its last approval made. */
  remembered: string | undefined
  /** It lost an answer, and with it its cookies. */
  isLost: boolean
}

export interface WorkloadOptions {
  clients: number
  operationsPerClient: number
  /** How probable it is that a client cuts a request's connection. */
  cutProbability: number
}

/** How often each operation is chosen, against the others that are possible. */
const weights = {
  request: 2,
  look: 1,
  approve: 4,
  exchange: 6,
  refresh: 5,
  introspect: 6,
  discard: 0.5,
  end: 1,
  revoke: 0.5,
}

type Kind = keyof typeof weights

/**
 * Lets clients use one connection at once, and writes down what they saw. It begins in order, with
 * a consent, tokens and open pages; and it ends in order, with a revoke and a look at every token
 * that was ever issued.
 *
 * @param system a connection on which nothing is alive
 */
export async function runWorkload(
  system: System,
  seed: number,
  { clients, operationsPerClient, cutProbability }: WorkloadOptions,
): Promise<Call[]> {
  const random = new Random(seed)
  const recorder = new Recorder()
  const codes: Secret[] = []
  const accessTokens: Secret[] = []
  const refreshTokens: Secret[] = []
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
  // However the dice fall, each history has a revoke among its operations.
  const revoker = plans[random.below(clients)]
  revoker?.splice(random.below(operationsPerClient), 1, 'revoke')
  await Promise.all(plans.map((kinds, client) => follow(client, kinds)))

  await act('finale', 'revoke', 0)
  await Promise.all(
    [...accessTokens, ...refreshTokens].map((secret) => introspect('finale', secret)),
  )
  return recorder.calls

  /** Empty places are filled when the client gets there, with what is possible then. */
  function plan(client: number): (Kind | undefined)[] {
    const kinds = Array.from({ length: operationsPerClient }, (): Kind | undefined => undefined)
    if (browsers[client]?.pages.length) kinds[random.below(operationsPerClient)] = 'approve'
    return kinds
  }

  async function follow(client: number, kinds: (Kind | undefined)[]): Promise<void> {
    for (const kind of kinds) {
      if (random.chance(0.3)) await wait(random.below(4))
      await act(`client-${client}`, kind ?? choose(client), client)
    }
  }

  function choose(client: number): Kind {
    const browser = browsers[client]
    const hasPage = (browser?.pages.length ?? 0) > 0
    const possible: Record<Kind, boolean> = {
      request: browser !== undefined,
      look: hasPage,
      approve: hasPage,
      exchange: codes.length > 0,
      refresh: refreshTokens.length > 0,
      introspect: accessTokens.length > 0,
      discard: accessTokens.length > 0,
      end: refreshTokens.length > 0,
      revoke: true,
    }
    const kinds = Object.keys(weights) as Kind[] // the keys of the literal above
    let rest = random.next() * kinds.reduce((sum, kind) => sum + weightOf(kind), 0)
    return kinds.find((kind) => (rest -= weightOf(kind)) < 0) ?? 'revoke'

    function weightOf(kind: Kind): number {
      return possible[kind] ? weights[kind] : 0
    }
  }

  /** Newer things are wanted more: that is where clients meet. */
  function pickRecent(secrets: Secret[]): Secret | undefined {
    return random.chance(0.7) ? secrets.at(-1) : random.pick(secrets)
  }

  function patience() {
    return random.chance(cutProbability) ? { cutAfterMs: random.below(8) } : {}
  }

  async function act(client: string, kind: Kind, browser: number): Promise<void> {
    switch (kind) {
      case 'request':
        return request(client, browser)
      case 'look':
        return look(client, browser)
      case 'approve':
        return approve(client, browser)
      case 'exchange':
        return exchange(client, pickRecent(codes))
      case 'refresh':
        return refresh(client, pickRecent(refreshTokens))
      case 'introspect':
        return introspect(client, pickRecent(random.chance(0.7) ? accessTokens : refreshTokens))
      case 'discard':
        return giveBack(client, 'access_token', pickRecent(accessTokens))
      case 'end':
        return giveBack(client, 'refresh_token', pickRecent(refreshTokens))
      case 'revoke': {
        await recorder.record(client, { kind }, async () => {
          await system.revoke(patience())
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
    const isAnswered = await recorder.record(
      client,
      { kind: 'request', page, remembered },
      async () => {
        const answer = await system.request(index)
        if ('code' in answer) {
          const grant = remembered ?? 'unknown'
          const code = { name: recorder.name('c'), value: answer.code, grant }
          codes.push(code)
          return { succeeded: true, brought: [code.name] }
        }
        if (answer.page !== undefined) browser.pages.push({ name: page, value: answer.page })
        return { succeeded: false, brought: [page] }
      },
    )
    if (!isAnswered) browser.isLost = true
  }

  async function look(client: string, index: number): Promise<void> {
    const browser = browsers[index]
    const page = browser?.pages.at(-1)
    if (browser === undefined || page === undefined || browser.isLost) return
    const isAnswered = await recorder.record(
      client,
      { kind: 'look', page: page.name },
      async () => ({ succeeded: await system.look(index, page.value) }),
    )
    if (!isAnswered) browser.isLost = true
  }

  async function approve(client: string, index: number): Promise<void> {
    const browser = browsers[index]
    const page = browser?.pages.pop()
    if (browser === undefined || page === undefined || browser.isLost) return
    const grant = recorder.name('g')
    const isAnswered = await recorder.record(
      client,
      { kind: 'approve', page: page.name, grant },
      async () => {
        const value = await system.approve(index, page.value)
        if (value === undefined) return { succeeded: false }
        const code = { name: recorder.name('c'), value, grant }
        codes.push(code)
        browser.remembered = grant
        return { succeeded: true, brought: [code.name] }
      },
    )
    if (!isAnswered) browser.isLost = true
  }

  async function exchange(client: string, code: Secret | undefined): Promise<void> {
    if (code === undefined) return
    const operation = { kind: 'exchange', token: code.name, grant: code.grant } as const
    await recorder.record(client, operation, async () =>
      keep(await system.exchange(code.value, patience()), code),
    )
  }

  async function refresh(client: string, token: Secret | undefined): Promise<void> {
    if (token === undefined) return
    const rotates = system.rotatesRefreshTokens
    const operation = { kind: 'refresh', token: token.name, grant: token.grant, rotates } as const
    await recorder.record(client, operation, async () =>
      keep(await system.refresh(token.value, patience()), token),
    )
  }

  function keep(tokens: Tokens | undefined, { value, grant }: Secret) {
    if (tokens === undefined) return { succeeded: false }
    const accessToken = { name: recorder.name('a'), value: tokens.accessToken, grant }
    accessTokens.push(accessToken)
    if (tokens.refreshToken === value) return { succeeded: true, brought: [accessToken.name] }
    const refreshToken = { name: recorder.name('r'), value: tokens.refreshToken, grant }
    refreshTokens.push(refreshToken)
    return { succeeded: true, brought: [accessToken.name, refreshToken.name] }
  }

  async function introspect(client: string, token: Secret | undefined): Promise<void> {
    if (token === undefined) return
    const operation = { kind: 'introspect', token: token.name, grant: token.grant } as const
    await recorder.record(client, operation, async () => ({
      succeeded: await system.introspect(token.value),
    }))
  }

  async function giveBack(
    client: string,
    kind: 'access_token' | 'refresh_token',
    token: Secret | undefined,
  ): Promise<void> {
    if (token === undefined) return
    await recorder.record(
      client,
      {
        kind: kind === 'access_token' ? 'discard' : 'end',
        token: token.name,
        grant: token.grant,
      },
      async () => {
        await system.giveBack(token.value, kind)
        return { succeeded: true }
      },
    )
  }
}
