/** The source text of an exported constant, its type as narrow as its value. */
export function constant(name: string, doc: string, value: unknown): string {
  return `\n/** ${doc} */\nexport const ${name} = ${JSON.stringify(value, null, 2)} as const\n`
}

/** The same, each property a constant of its own, so that a bundle holds only those that it uses. */
export function composed(name: string, doc: string, properties: Record<string, unknown>): string {
  const parts = Object.entries(properties).map(([part, value]) =>
    constant(part, `The ${part} of {@link ${name}}.`, value),
  )
  return `${parts.join('')}\n/** ${doc} */\nexport const ${name} = { ${Object.keys(properties).join(', ')} } as const\n`
}
