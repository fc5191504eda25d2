import stories, * as all from '../../examples/disconnect-button.stories.ts'

/** Shows the story that the query names, in the way of the Component Story Format: rendered with its args. */
const name = new URLSearchParams(location.search).get('story')
for (const [exported, story] of Object.entries(all)) {
  if (exported === name && 'args' in story) document.body.append(stories.render(story.args))
}
