import { allOperations, contract } from '@connected-apps/contract/operations'
import { html } from 'hono/html'
import { renderSheet } from './page.ts'

/** What the service shows at `/`. It is the same in every deployment. */
export function frontPage(): Promise<string> {
  return renderSheet(
    contract.title,
    html`
      <div class="heading">
        <h1>${contract.title}</h1>
        <p class="lead">
          This service implements version ${contract.version} of the contract. Apps send people here
          to sign in, and to allow or deny access to their accounts.
        </p>
      </div>
      <section aria-labelledby="operations">
        <h2 id="operations">What backends call</h2>
        <ul>
          ${allOperations.map(({ summary }) => html`<li>${summary}</li>`)}
        </ul>
      </section>
      <p>
        Apps find the OAuth endpoints in the
        <a href="/.well-known/openid-configuration">discovery document</a>. Everything else is
        described in <code>apps/service/README.md</code> and <code>openapi/</code> in the
        repository.
      </p>
    `,
  )
}
