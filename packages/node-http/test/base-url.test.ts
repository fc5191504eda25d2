import { expect, it } from 'vitest'
import { parseBaseUrl } from '../src/index.ts'

it.each([
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
  ['https://api.example/', 'https://api.example'],
  ['https://API.example:443/v1//', 'https://api.example/v1'],
  ['http://[::1]:80/a%20b/', 'http://[::1]/a%20b'],
  ['http://127.1/v1/../v2', 'http://127.0.0.1/v2'],
])('takes %s', (text, url) => {
  expect(parseBaseUrl(text)).toEqual({ url })
})

it.each([
  ['', 'is not a URL; pass one like http://127.0.0.1:4010'],
  ['api.example', 'is not a URL; pass one like http://127.0.0.1:4010'],
  ['http://', 'is not a URL; pass one like http://127.0.0.1:4010'],
  ['localhost:4010', 'must start with http:// or https://'],
  ['ftp://api.example', 'must start with http:// or https://'],
  ['http://s3cret@api.example', 'contains credentials; pass them separately'],
  ['http://:s3cret@api.example', 'contains credentials; pass them separately'],
  ['http://api.example?s3cret', 'has a query; pass the URL without ?'],
  ['http://api.example/?', 'has a query; pass the URL without ?'],
  ['http://api.example#s3cret', 'has a fragment; pass the URL without #'],
  ['http://api.example/#', 'has a fragment; pass the URL without #'],
])('rejects %j in words that quote nothing of it', (text, error) => {
  expect(parseBaseUrl(text)).toEqual({ error })
})
