/** The source text of an exported constant, its type as narrow as its value. */
export function constant(name: string, doc: string, value: unknown): string {
  return `\n/** ${doc} */\nexport const ${name} = ${JSON.stringify(value, null, 2)} as const\n`
}
