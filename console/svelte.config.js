import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

const owners = new Map();

/** The class that keeps the styles of a component to itself: short, as it stands in many places. */
function cssHash({ hash, css, filename }) {
  const owner = filename ?? css;
  const name = `_${hash(owner).slice(-3)}`;
  if ((owners.get(name) ?? owner) !== owner) {
    throw new Error(`${owner} and ${owners.get(name)} would share their styles: let svelte.config.js take one more letter`);
  }
  owners.set(name, owner);
  return name;
}

export default { preprocess: vitePreprocess(), compilerOptions: { cssHash } };
