/** Everything about accounts, as one part: most visits need none of it, and who needs one page of it soon needs another. */
export { default as account } from './Account.svelte';
export { default as people } from './People.svelte';
export { default as tokens } from './Tokens.svelte';
