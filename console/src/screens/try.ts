// Screens that are used together travel together: they share much, and pack better so.
export { default as Monitor } from './Monitor.svelte';
export { default as Test } from './Test.svelte';
export { default as Snippets } from './Snippets.svelte';
