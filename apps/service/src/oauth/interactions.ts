import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import { currentRequest } from '../server/request-scope.ts'
import { findSessionMember, findSignedInMember } from './members.ts'
import type { Consent } from './grants.ts'
import { approveConsent, openConsent, recordConsent } from './grants.ts'
import { allowForm } from '../pages/headers.ts'
import { consentPage, errorPage, loginPage, supersededPage } from './pages.ts'
import { supportedScopes } from './configuration.ts'

type PageContext = Context<{ Bindings: HttpBindings }>
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** An interaction of oidc-provider, and what its page shows: the prompt, the app, the scopes. */
interface InteractionContext {
  interaction: Interaction
  prompt: string
  appName: string
  clientId: string
  scopes: string[]
}

/** The maximum is more than any form of these pages needs. */
const limitBody = bodyLimit({
  maxSize: 4096,
  onError: (c) => c.html(errorPage('invalid_request', 'This form is too long.'), 413),
})

/**
 * The pages on which a Member signs in, and allows or denies a Connected App access.
 *
 * Another site can't submit their forms for the Member: the interaction's cookie is `SameSite=Lax`,
 * its path can't be guessed, and a form from another origin is rejected.
 */
export function interactionPages(provider: () => Provider, database: Database, origin: string) {
  const app = new Hono<{ Bindings: HttpBindings }>()

  app.use('/:uid', limitBody, async (c, next) => {
    const sender = c.req.header('origin')
    if (c.req.method !== 'POST' || sender === undefined || sender === origin) return next()
    return c.html(errorPage('access_denied', 'This form was sent by another site.'), 403)
  })

  app.get('/:uid', async (c) => {
    const context = await loadInteraction(c)
    if (context.prompt === 'login') return c.html(loginPage(context.appName, false))
    const member = await findMember(context)
    if (member === undefined) return signInAgain(c, context)
    const state = await openConsent(database, consentOf(context, member.id))
    if (state === 'superseded') return showSuperseded(c, context)
    if (state === 'forbidden') return forbidden(c, context)
    return c.html(consentPage(context.appName, member.name, context.scopes))
  })

  app.post('/:uid', async (c) => {
    const context = await loadInteraction(c)
    if (!isForm(c.req.header('content-type'))) {
      return c.html(errorPage('invalid_request', 'This is not the form of this page.'), 400)
    }
    const form = await c.req.parseBody()
    if (context.prompt === 'login') return login(c, context, form['session_token'])
    return form['decision'] === 'approve' ? approve(c, context) : deny(c, context)
  })

  app.onError((error, c) => {
    if (!(error instanceof errors.OIDCProviderError)) throw error
    return c.html(errorPage(error.error, error.error_description), 400)
  })

  async function loadInteraction(c: PageContext): Promise<InteractionContext> {
    const { incoming, outgoing } = c.env
    const interaction = await provider().interactionDetails(incoming, outgoing)
    const { client_id: clientId, redirect_uri: redirectUri, scope } = interaction.params
    if (interaction.uid !== c.req.param('uid') || typeof clientId !== 'string') {
      throw new errors.SessionNotFound('this page belongs to another request')
    }
    c.header('content-security-policy', allowForm(String(redirectUri)))
    const client = await provider().Client.find(clientId)
    return {
      interaction,
      prompt: interaction.prompt.name,
      appName: client?.clientName ?? clientId,
      clientId,
      scopes: supportedScopes.filter((supported) => String(scope).split(' ').includes(supported)),
    }
  }

  async function login(c: PageContext, context: InteractionContext, token: unknown) {
    const memberId =
      typeof token === 'string'
        ? await findSessionMember(database, token, context.clientId)
        : undefined
    if (memberId === undefined) {
      currentRequest().cause = 'unknown_session'
      return c.html(loginPage(context.appName, true), 401)
    }
    return finish(c, { login: { accountId: memberId } })
  }

  async function approve(c: PageContext, context: InteractionContext) {
    const member = await findMember(context)
    if (member === undefined) return signInAgain(c, context)
    const scope = context.scopes.join(' ')
    const grantId = await approveConsent(database, consentOf(context, member.id), scope)
    if (grantId === undefined) return showSuperseded(c, context)
    return finish(c, { consent: { grantId } })
  }

  async function deny(c: PageContext, context: InteractionContext) {
    const error = 'access_denied'
    const memberId = context.interaction.session?.accountId
    if (memberId !== undefined) {
      await recordConsent(database, consentOf(context, memberId), error)
    }
    return finish(c, { error })
  }

  /** The Member that the browser is signed in as. Undefined if the Member has no active session. */
  async function findMember({ interaction, clientId }: InteractionContext) {
    const id = interaction.session?.accountId
    if (id === undefined) return undefined
    const member = await findSignedInMember(database, id, clientId)
    return member && { id, name: member.name }
  }

  /** Restarts the authorization request. The login policy makes it begin with the login page. */
  async function signInAgain(c: PageContext, { interaction }: InteractionContext) {
    await interaction.destroy()
    return c.redirect(restartUrlOf(interaction), 303)
  }

  async function showSuperseded(c: PageContext, { interaction, appName }: InteractionContext) {
    await interaction.destroy()
    return c.html(supersededPage(appName, restartUrlOf(interaction)), 409)
  }

  /** The URL that restarts an authorization request. */
  function restartUrlOf({ params }: Interaction): string {
    const url = new URL(provider().urlFor('authorization'))
    for (const [name, value] of Object.entries(params)) {
      if (typeof value === 'string') url.searchParams.set(name, value)
    }
    return url.href
  }

  async function finish(
    c: PageContext,
    result: Parameters<Provider['interactionResult']>[2],
  ): Promise<Response> {
    const { incoming, outgoing } = c.env
    return c.redirect(await provider().interactionResult(incoming, outgoing, result), 303)
  }

  return app
}

/** Whether this is the content type with which browsers send these forms. */
function isForm(contentType = ''): boolean {
  const [mediaType = ''] = contentType.split(';', 1)
  return mediaType.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}

function consentOf({ interaction, clientId }: InteractionContext, memberId: string): Consent {
  const { requestId } = currentRequest()
  return { interactionId: interaction.uid, memberId, connectedAppId: clientId, requestId }
}

function forbidden(c: PageContext, { appName }: InteractionContext) {
  return c.html(errorPage('access_denied', `You cannot give ${appName} access.`), 403)
}
