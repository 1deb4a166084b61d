/** How one comes in, as one part. */
export { default as pair } from './Pair.svelte';
export { default as setup } from './SetUp.svelte';
export { default as signIn } from './SignIn.svelte';
