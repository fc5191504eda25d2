// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.

/** The servers, and the prefix of the project_ids that each is for. */
export const servers = [
  { url: "https://api.stytch.com", projects: "project-live-" },
  { url: "https://test.stytch.com", projects: "" },
] as const
