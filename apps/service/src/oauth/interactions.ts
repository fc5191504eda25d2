import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Logger } from 'pino'
import type { RequestingApp } from '../pages/app.ts'
import { hostOf } from '../pages/app.ts'
import { consentPage, supersededPage } from '../pages/consent.ts'
import type { PageError } from '../pages/error.ts'
import { errorPage } from '../pages/error.ts'
import { policyOf } from '../pages/headers.ts'
import { loginPage } from '../pages/login.ts'
import type { Database } from '../postgres/database.ts'
import { logFailure } from '../server/logger.ts'
import { currentRequest } from '../server/request-scope.ts'
import type { Member } from './members.ts'
import { findMember as findMemberById, findSessionMember, findSignedInMember } from './members.ts'
import type { Consent } from './grants.ts'
import { approveConsent, openConsent, recordConsent } from './grants.ts'
import { knownScopesIn, pageErrorOf } from './configuration.ts'
import { deleteOidcSessionByUid } from './oidc-sessions.ts'

type PageContext = Context<{ Bindings: HttpBindings }>
type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** An interaction of oidc-provider, and what its page shows: the prompt, the app, the scopes. */
interface InteractionContext {
  interaction: Interaction
  prompt: string
  app: RequestingApp
  redirectUri: string
  clientId: string
  scopes: string[]
}

/** No form of these pages needs that much. */
const limitBody = bodyLimit({
  maxSize: 4096,
  onError: (c) => showError(c, 413, 'unreadable_form', 'invalid_request'),
})

/**
 * The pages on which a Member signs in, and allows or denies a Connected App access.
 *
 * Another site can't submit their forms for the Member: the interaction's cookie is `SameSite=Lax`,
 * its path can't be guessed, and a form from another origin is rejected. Browsers send the
 * origin in `Origin`, `Sec-Fetch-Site`, or both.
 */
export function interactionPages(
  provider: () => Provider,
  database: Database,
  origin: string,
  logger: Logger,
) {
  const app = new Hono<{ Bindings: HttpBindings }>()

  app.use('/:uid', limitBody, async (c, next) => {
    const { origin: sender = origin, 'sec-fetch-site': site = 'same-origin' } = c.req.header()
    if (c.req.method !== 'POST' || (sender === origin && site === 'same-origin')) return next()
    return showError(c, 403, 'foreign_form', 'access_denied')
  })

  app.get('/:uid', async (c) => {
    const context = await loadInteraction(c)
    if (context.prompt === 'login') return showLogin(c, context, 200)
    const member = await findMember(context)
    if (member === undefined) return signInAgain(c, context)
    const state = await openConsent(database, consentOf(context, member))
    if (state === 'superseded') return showSuperseded(c, context)
    if (state === 'forbidden') return showError(c, 403, 'forbidden', 'access_denied')
    const { name: memberName, organizationSlug } = member
    const prompt = { app: context.app, memberName, organizationSlug, scopes: context.scopes }
    return showForm(c, context, consentPage(prompt))
  })

  app.post('/:uid', async (c) => {
    const context = await loadInteraction(c)
    if (!isForm(c.req.header('content-type'))) {
      return showError(c, 400, 'unreadable_form', 'invalid_request')
    }
    const { decision, session_token: token } = await c.req.parseBody()
    if (context.prompt === 'login' && decision !== 'deny') return login(c, context, token)
    if (decision === 'switch') return switchAccount(c, context)
    return decision === 'approve' ? approve(c, context) : deny(c, context)
  })

  app.onError((error, c) => {
    if (error instanceof errors.OIDCProviderError) {
      return showError(c, 400, pageErrorOf(error, error.error), error.error)
    }
    logFailure(logger, error)
    return showError(c, 500, 'server_error')
  })

  async function loadInteraction(c: PageContext): Promise<InteractionContext> {
    const { incoming, outgoing } = c.env
    const interaction = await provider().interactionDetails(incoming, outgoing)
    const { client_id: clientId, redirect_uri: redirectUri, scope } = interaction.params
    if (interaction.uid !== c.req.param('uid') || typeof clientId !== 'string') {
      throw new errors.SessionNotFound('this page belongs to another request')
    }
    const client = await provider().Client.find(clientId)
    if (client === undefined) throw new errors.InvalidClient()
    return {
      interaction,
      prompt: interaction.prompt.name,
      app: {
        name: client.clientName?.trim() || clientId,
        projectId: String(client['project_id']),
        logoUrl: client.logoUri,
        returnsTo: hostOf(String(redirectUri)),
      },
      redirectUri: String(redirectUri),
      clientId,
      scopes: knownScopesIn(scope),
    }
  }

  async function login(c: PageContext, context: InteractionContext, token: unknown) {
    const memberId =
      typeof token === 'string'
        ? await findSessionMember(database, token, context.clientId)
        : undefined
    if (memberId === undefined) {
      currentRequest().cause = 'unknown_session'
      return showLogin(c, context, 401)
    }
    const { incoming, outgoing } = c.env
    // Not the session that the interaction began with: another tab may have signed in since then.
    const session = await provider().Session.get(provider().createContext(incoming, outgoing))
    if (session.accountId !== undefined && session.accountId !== memberId) {
      // Otherwise oidc-provider would show a page of its own, which signs the other Member out.
      await endSession(session)
      const { interaction } = context
      delete interaction.session
      await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
    }
    return finish(c, { login: { accountId: memberId } })
  }

  /** Signs the browser out, and restarts the authorization request, so that another Member can sign in. */
  async function switchAccount(c: PageContext, context: InteractionContext) {
    const { session } = context.interaction
    if (session !== undefined) await endSession(session)
    return signInAgain(c, context)
  }

  async function endSession({ uid }: { uid: string }): Promise<void> {
    await deleteOidcSessionByUid(database, 'Session', uid)
  }

  async function approve(c: PageContext, context: InteractionContext) {
    const member = await findMember(context)
    if (member === undefined) return signInAgain(c, context)
    const scope = context.scopes.join(' ')
    const grantId = await approveConsent(database, consentOf(context, member), scope)
    if (grantId === undefined) return showSuperseded(c, context)
    return finish(c, { consent: { grantId } })
  }

  async function deny(c: PageContext, context: InteractionContext) {
    const error = 'access_denied'
    const memberId = context.interaction.session?.accountId
    const member = memberId === undefined ? undefined : await findMemberById(database, memberId)
    if (member !== undefined) {
      await recordConsent(database, consentOf(context, member), error)
    }
    return finish(c, { error })
  }

  /** The Member that the browser is signed in as; undefined if the Member has no active session. */
  async function findMember({ interaction, clientId }: InteractionContext) {
    const id = interaction.session?.accountId
    return id === undefined ? undefined : findSignedInMember(database, id, clientId)
  }

  /** Restarts the authorization request. The login policy makes it begin with the login page. */
  async function signInAgain(c: PageContext, { interaction }: InteractionContext) {
    await interaction.destroy()
    return c.redirect(restartUrlOf(interaction), 303)
  }

  async function showSuperseded(
    c: PageContext,
    { interaction, app: { name } }: InteractionContext,
  ) {
    await interaction.destroy()
    const { requestId } = currentRequest()
    return c.html(supersededPage(name, restartUrlOf(interaction), requestId), 409)
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

function consentOf(
  { interaction, clientId }: InteractionContext,
  { organizationId, memberId }: Member,
): Consent {
  const { requestId } = currentRequest()
  return {
    interactionId: interaction.uid,
    organizationId,
    memberId,
    connectedAppId: clientId,
    requestId,
  }
}

function showLogin(c: PageContext, context: InteractionContext, status: 200 | 401) {
  return showForm(c, context, loginPage(context.app, status === 401), status)
}

function showForm(
  c: PageContext,
  { app, redirectUri }: InteractionContext,
  page: Promise<string>,
  status: 200 | 401 = 200,
) {
  const hasImage = app.logoUrl !== undefined
  c.header('content-security-policy', policyOf({ redirectUri, hasImage }))
  return c.html(page, status)
}

function showError(
  c: Context,
  status: 400 | 403 | 413 | 500,
  error: PageError | (string & {}),
  code?: string,
) {
  return c.html(errorPage(error, currentRequest().requestId, code), status)
}
