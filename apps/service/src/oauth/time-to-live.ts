/** Seconds that things live, as upstream has them where it says. */
export const timeToLive = {
  AccessToken: 60 * 60,
  AuthorizationCode: 60,
  IdToken: 60 * 60,
  Interaction: 60 * 60,
  RefreshToken: 90 * 24 * 60 * 60,
  Session: 14 * 24 * 60 * 60,
}
