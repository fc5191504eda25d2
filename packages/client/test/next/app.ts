/** An app for Next.js with TypeScript, as its own generator sets it up, by the names of the files. */
export const appFiles: Record<string, string> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      lib: ['dom', 'dom.iterable', 'esnext'],
      allowJs: true,
      skipLibCheck: true,
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      resolveJsonModule: true,
      isolatedModules: true,
      jsx: 'preserve',
      incremental: true,
      plugins: [{ name: 'next' }],
    },
    include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts'],
    exclude: ['node_modules'],
  }),
  'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html><body>{children}</body></html>
}
`,
  'lib/client.ts': `import * as stytch from '@connected-apps/client'

const credentials = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: process.env['STYTCH_SECRET'] ?? '',
  baseUrl: process.env['API_URL'] ?? '',
}
export const client = new stytch.B2BClient(credentials)
export const wrapped = new stytch.B2BClient({ ...credentials, fetch: (...args) => fetch(...args) })

export async function revoke({ organizations } = client): Promise<string> {
  const result = await organizations.members.connectedApps.tryRevoke(
    {
      organization_id: 'organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931',
      member_id: 'member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f',
      connected_app_id: 'connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888',
    },
    { authorization: { session_token: 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q' } },
  )
  return result.ok ? 'outcome: ok' : \`outcome: \${result.error.message}\`
}
`,
  // Next.js renders this handler while it builds, unless something in it depends on the request.
  'app/handler/route.ts': `import { revoke } from '../../lib/client'

export async function GET() {
  return new Response(await revoke())
}
`,
  'app/handler-with-parameter/[id]/route.ts': `import { revoke } from '../../../lib/client'

export async function GET(_request: Request, { params }: { params: { id: string } }) {
  return new Response(\`\${params.id}, \${await revoke()}\`)
}
`,
  'app/handler-with-custom-fetch/[id]/route.ts': `import { revoke, wrapped } from '../../../lib/client'

export async function GET(_request: Request, { params }: { params: { id: string } }) {
  return new Response(\`\${params.id}, \${await revoke(wrapped)}\`)
}
`,
  // The same for this page.
  'app/page/page.tsx': `import { revoke } from '../../lib/client'

export default async function Page() {
  return <p>{await revoke()}</p>
}
`,
  'app/page-with-parameter/[id]/page.tsx': `import { revoke } from '../../../lib/client'

export default async function Page() {
  return <p>{await revoke()}</p>
}
`,
}

/** The paths of the app that revoke. */
export const appPaths = [
  '/handler',
  '/handler-with-parameter/1',
  '/handler-with-custom-fetch/1',
  '/page',
  '/page-with-parameter/1',
]
