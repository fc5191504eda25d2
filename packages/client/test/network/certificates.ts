/** What the tests use of selfsigned, which they fetch themselves. */
export interface SelfSigned {
  generate: (
    attributes: { name: 'commonName'; value: string }[],
    options: {
      keyType: 'ec'
      algorithm: 'sha256'
      ca?: { key: string; cert: string }
      extensions?: object[]
    },
  ) => Promise<{ private: string; cert: string }>
}

export interface Certificate {
  key: string
  cert: string
}

/** Certificates of a server on loopback and of a client, both issued by a CA of their own. */
export async function createCertificates({ generate }: SelfSigned) {
  const issue = async (name: string, options: object): Promise<Certificate> => {
    const attributes = [{ name: 'commonName' as const, value: name }]
    const issued = await generate(attributes, { keyType: 'ec', algorithm: 'sha256', ...options })
    return { key: issued.private, cert: issued.cert }
  }
  const ca = await issue('CA of the tests', {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return {
    ca: ca.cert,
    server: await issue('localhost', { ca }), // which covers 127.0.0.1, too
    client: await issue('the-client', { ca }),
  }
}
