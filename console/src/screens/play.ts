// Screens that are used together travel together: they share much, and pack better so.
export { default as Layouts } from './Layouts.svelte';
export { default as Cues } from './Cues.svelte';
