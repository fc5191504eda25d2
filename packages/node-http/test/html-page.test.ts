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

test('a page loads nothing from elsewhere and runs no script', () => {
  expect(renderPage({ title: '', content: '' })).not.toMatch(/<script|https?:|url\(|@import/)
})

test('escaped text is text in an element and in a quoted attribute', () => {
  expect(escapeHtml(`<b title="it's">&</b>`)).toBe(
    '&#60;b title=&#34;it&#39;s&#34;&#62;&#38;&#60;/b&#62;',
  )
})
