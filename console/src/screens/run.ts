// Screens that are used together travel together: they share much, and pack better so.
export { default as Sessions } from './Sessions.svelte';
export { default as Security } from './Security.svelte';
export { default as Operate } from './Operate.svelte';
