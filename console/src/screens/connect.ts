// Screens that are used together travel together: they share much, and pack better so.
export { default as Patch } from './Patch.svelte';
export { default as Lighting } from './Lighting.svelte';
export { default as Discover } from './Discover.svelte';
