/** The scenario of a Member whose list has an app for each scenario of the revoke. */
export const oneAppPerScenario = {
  operationId: 'getMemberConnectedApps',
  /** The id without the operation's prefix. */
  id: '000000a11200',
  title: 'One app per scenario',
} as const
