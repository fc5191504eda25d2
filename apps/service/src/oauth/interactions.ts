import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import { findSessionMember, findSignedInMember } from './members.ts'
import type { Consent } from './grants.ts'
import { approveConsent, openConsent } from './grants.ts'
import { consentPage, errorPage, loginPage, supersededPage } from './pages.ts'
import { offeredScopes } from './provider.ts'

type Page = Context<{ Bindings: HttpBindings }>
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** What a Member is asked, and by whom. */
interface Question {
  interaction: Interaction
  prompt: string
  appName: string
  clientId: string
  scopes: string[]
}

/** Longer than the form that any page sends. */
const limitBody = bodyLimit({
  maxSize: 4096,
  onError: (page) => page.html(errorPage('invalid_request', 'This form is too long.'), 413),
})

/**
 * The pages on which a Member signs in and answers a Connected App's request.
 *
 * Another site can't answer in the Member's name: the interaction's cookie is `SameSite=Lax`, its
 * path can't be guessed, and a form of another origin is refused.
 */
export function interactionPages(provider: Provider, database: Database, origin: string) {
  const app = new Hono<{ Bindings: HttpBindings }>()

  app.use('/:uid', limitBody, async (page, next) => {
    const sender = page.req.header('origin')
    if (page.req.method !== 'POST' || sender === undefined || sender === origin) return next()
    return page.html(errorPage('access_denied', 'This form was sent by another site.'), 403)
  })

  app.get('/:uid', async (page) => {
    const question = await ask(page)
    if (question.prompt === 'login') return page.html(loginPage(question.appName, false))
    const member = await findMember(question)
    if (member === undefined) return signInAgain(page, question)
    const opening = await openConsent(database, consentOf(question, member.id))
    if (opening === 'superseded') return startAnew(page, question)
    if (opening === 'impossible') return impossible(page, question)
    return page.html(consentPage(question.appName, member.name, question.scopes))
  })

  app.post('/:uid', async (page) => {
    const question = await ask(page)
    if (!isForm(page.req.header('content-type'))) {
      return page.html(errorPage('invalid_request', 'This is not the form of this page.'), 400)
    }
    const form = await page.req.parseBody()
    if (question.prompt === 'login') return login(page, question, form['session_token'])
    if (form['decision'] !== 'approve') return finish(page, { error: 'access_denied' })
    return approve(page, question)
  })

  app.onError((error, page) => {
    if (!(error instanceof errors.OIDCProviderError)) throw error
    return page.html(errorPage(error.error, error.error_description), 400)
  })

  async function ask(page: Page): Promise<Question> {
    const { incoming, outgoing } = page.env
    const interaction = await provider.interactionDetails(incoming, outgoing)
    const { client_id: clientId, scope } = interaction.params
    if (interaction.uid !== page.req.param('uid') || typeof clientId !== 'string') {
      throw new errors.SessionNotFound('this page belongs to another request')
    }
    const client = await provider.Client.find(clientId)
    return {
      interaction,
      prompt: interaction.prompt.name,
      appName: client?.clientName ?? clientId,
      clientId,
      scopes: offeredScopes.filter((offered) => String(scope).split(' ').includes(offered)),
    }
  }

  async function login(page: Page, question: Question, token: unknown) {
    const memberId =
      typeof token === 'string'
        ? await findSessionMember(database, token, question.clientId)
        : undefined
    if (memberId === undefined) return page.html(loginPage(question.appName, true), 401)
    return finish(page, { login: { accountId: memberId } })
  }

  async function approve(page: Page, question: Question) {
    const member = await findMember(question)
    if (member === undefined) return signInAgain(page, question)
    const scope = question.scopes.join(' ')
    const grantId = await approveConsent(database, consentOf(question, member.id), scope)
    if (grantId === undefined) return startAnew(page, question)
    return finish(page, { consent: { grantId } })
  }

  /** Who looks at a consent page, if still signed in. */
  async function findMember({ interaction, clientId }: Question) {
    const id = interaction.session?.accountId
    if (id === undefined) return undefined
    const member = await findSignedInMember(database, id, clientId)
    return member && { id, name: member.name }
  }

  /** The request begins anew, and that with a login (sign-in-policy.ts). */
  async function signInAgain(page: Page, { interaction }: Question) {
    await interaction.destroy()
    return page.redirect(addressOf(interaction), 303)
  }

  async function startAnew(page: Page, { interaction, appName }: Question) {
    await interaction.destroy()
    return page.html(supersededPage(appName, addressOf(interaction)), 409)
  }

  /** Where a request that is over begins anew. */
  function addressOf({ params }: Interaction): string {
    const url = new URL(provider.urlFor('authorization'))
    for (const [name, value] of Object.entries(params)) {
      if (typeof value === 'string') url.searchParams.set(name, value)
    }
    return url.href
  }

  async function finish(
    page: Page,
    result: Parameters<Provider['interactionResult']>[2],
  ): Promise<Response> {
    const { incoming, outgoing } = page.env
    return page.redirect(await provider.interactionResult(incoming, outgoing, result), 303)
  }

  return app
}

/** Whether it is how a browser sends the forms of these pages. */
function isForm(contentType = ''): boolean {
  const [mediaType = ''] = contentType.split(';', 1)
  return mediaType.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}

function consentOf({ interaction, clientId }: Question, memberId: string): Consent {
  return { interactionId: interaction.uid, memberId, connectedAppId: clientId }
}

function impossible(page: Page, { appName }: Question) {
  return page.html(errorPage('access_denied', `You cannot give ${appName} access.`), 403)
}
