import { expect, test } from 'vitest'
import { serverFor } from '../src/index.ts'

const live = { url: 'https://live', projects: 'project-live-' }
const europe = { url: 'https://europe', projects: 'project-live-eu-' }
const others = { url: 'https://others', projects: '' }

test.each([
  [[live, europe, others]],
  [[others, europe, live]],
  [[europe, others, live]],
  [[others, live, europe]],
])('the longest prefix wins, whatever the order of the servers', (servers) => {
  expect(serverFor('project-live-eu-1', servers)).toBe(europe.url)
  expect(serverFor('project-live-1', servers)).toBe(live.url)
  expect(serverFor('project-test-1', servers)).toBe(others.url)
  expect(serverFor('', servers)).toBe(others.url)
})
