/** Values of a wrong form, in words, by the place of the parameter. The schema decides which apply. */
export const illFormedValues: Record<'path' | 'header', { value: string; words: string }[]> = {
  path: [
    { value: '.', words: '"."' },
    { value: '..', words: '".."' },
    { value: 'not an id', words: 'with spaces' },
    { value: 'a'.repeat(129), words: 'of 129 characters' },
  ],
  header: [{ value: 'not a session', words: 'with spaces' }],
}
