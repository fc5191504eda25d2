type RawBody = { name: string; body: string | Uint8Array }

/** Media types that are not the declared one. */
export const wrongMediaTypes = [
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

/** Bodies that are not the JSON object that they were. */
export function rawBodies(json: string): RawBody[] {
  const otherJson = ['null', 'true', 'false', '0', '""', '"text"', '[]', '{}']
  return [
    { name: 'an empty body', body: '' },
    { name: 'white space', body: ' \r\n' },
    ...otherJson.map((body) => ({ name: `the body ${body}`, body })),
    { name: 'the body in an array', body: `[${json}]` },
    { name: 'the body in a string', body: JSON.stringify(json) },
    { name: 'the body in data', body: `{"data":${json}}` },
    { name: 'the body in error', body: `{"error":${json}}` },
    { name: 'HTML', body: html },
    { name: 'the body in HTML', body: `<pre>${json}</pre>` },
    { name: 'plain words', body: 'upstream connect error' },
    { name: 'the body twice', body: json + json },
    { name: 'JSONP', body: `callback(${json})` },
    { name: 'single quotes', body: json.replaceAll('"', "'") },
    { name: 'a trailing comma', body: json.replace(/\}$/, ',}') },
    { name: 'a comment', body: `/* ok */${json}` },
    { name: 'an anti-hijacking prefix', body: `)]}',\n${json}` },
    { name: 'a byte order mark', body: `\u{FEFF}${json}` },
    { name: 'a NUL at the end', body: `${json}\0` },
    { name: 'UTF-16', body: Buffer.from(json, 'utf16le') },
    {
      name: 'a byte that is not UTF-8',
      body: Buffer.from(json.replace('"}', '\u{FF}"}'), 'latin1'),
    },
    ...cutPoints(json).map((length) => ({
      name: `cut off after ${length} characters`,
      body: json.slice(0, length),
    })),
  ]
}

// Around every token of the JSON text, so that each kind of cut is there.
function cutPoints(json: string): number[] {
  const ends = [...json.matchAll(/"(?:[^"\\]|\\.)*"|[{}:,]|-?\d+/g)].flatMap(
    ({ 0: token, index }) => [index + 1, index + token.length],
  )
  return [...new Set(ends)].filter((length) => length < json.length)
}
