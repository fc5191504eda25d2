type InvalidBody = { name: string; body: string | Uint8Array }

/** Media types other than the declared one. */
export const undeclaredMediaTypes = [
  'text/html',
  'text/html; charset=utf-8',
  'text/plain',
  'text/json',
  'application/xml',
  'application/problem+json',
  'application/vnd.api+json',
  'application/jsonp',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'application/json, text/html',
  'json',
  'application/',
  '',
]

const html =
  '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'

/** Bodies made from a valid JSON object that are no longer that object. */
export function invalidBodies(json: string): InvalidBody[] {
  const otherJson = ['null', 'true', 'false', '0', '""', '"text"', '[]', '{}']
  return [
    { name: 'an empty body', body: '' },
    { name: 'white space', body: ' \r\n' },
    ...otherJson.map((body) => ({ name: `the body ${body}`, body })),
    { name: 'the body wrapped in an array', body: `[${json}]` },
    { name: 'the body encoded as a string', body: JSON.stringify(json) },
    { name: 'the body wrapped in data', body: `{"data":${json}}` },
    { name: 'the body wrapped in error', body: `{"error":${json}}` },
    { name: 'HTML', body: html },
    { name: 'the body wrapped in HTML', body: `<pre>${json}</pre>` },
    { name: 'plain text', body: 'upstream connect error' },
    { name: 'the body repeated', body: json + json },
    { name: 'JSONP', body: `callback(${json})` },
    { name: 'single quotes', body: json.replaceAll('"', "'") },
    { name: 'a trailing comma', body: json.replace(/\}$/, ',}') },
    { name: 'a comment', body: `/* ok */${json}` },
    { name: 'an anti-hijacking prefix', body: `)]}',\n${json}` },
    { name: 'a byte order mark', body: `\u{FEFF}${json}` },
    { name: 'a NUL at the end', body: `${json}\0` },
    { name: 'UTF-16', body: Buffer.from(json, 'utf16le') },
    {
      name: 'an invalid UTF-8 byte',
      body: Buffer.from(json.replace(/(?<=:"[^"]*)"/, '\u{FF}"'), 'latin1'),
    },
    ...truncatedLengths(json).map((length) => ({
      name: `truncated to ${length} characters`,
      body: json.slice(0, length),
    })),
  ]
}

// At both ends of every JSON token, so that each kind of truncation occurs.
function truncatedLengths(json: string): number[] {
  const ends = [...json.matchAll(/"(?:[^"\\]|\\.)*"|[{}:,]|-?\d+/g)].flatMap(
    ({ 0: token, index }) => [index + 1, index + token.length],
  )
  return [...new Set(ends)].filter((length) => length < json.length)
}
