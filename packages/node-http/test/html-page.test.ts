import { expect, test } from 'vitest'
import { escapeHtml, renderPage } from '../src/html-page.ts'

test('a page contains its title, its content and its stylesheet', () => {
  const html = renderPage({
    title: 'A & B',
    content: '<h1>A &amp; B</h1>',
    style: '.own { color: red }',
  })
  expect(html).toContain('<title>A &#38; B</title>')
  expect(html).toContain('<main>\n<h1>A &amp; B</h1>\n</main>')
  expect(html).toMatch(/<style>[^]*color-scheme: light dark[^]*\.own \{ color: red \}<\/style>/)
})

test('a page loads nothing and runs no script', () => {
  expect(renderPage({ title: '', content: '' })).not.toMatch(/<script|https?:|url\(|@import/)
})

test('a page that is opened as a file has its policy before everything that it applies to', () => {
  const html = renderPage({ title: '', content: '', policy: "default-src 'none'" })
  expect(html).toMatch(
    /<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;">\n/,
  )
})

test('escaped text is text in an element and in a quoted attribute', () => {
  expect(escapeHtml(`<b title="it's">&</b>`)).toBe(
    '&#60;b title=&#34;it&#39;s&#34;&#62;&#38;&#60;/b&#62;',
  )
})
