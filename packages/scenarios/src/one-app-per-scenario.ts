/** The list of a Member that has an app for each scenario of the revoke; see {@link allScenarios}. */
export const oneAppPerScenario = {
  operationId: 'getMemberConnectedApps',
  /** The end of the id, after the operation's prefix. */
  id: '000000a11200',
  title: 'One app per scenario',
} as const
