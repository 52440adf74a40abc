import { expect, test } from 'vitest';
import { screens } from '../src/strings/screens';

// A part of the build, without types.
const { texts } = (await import(/* @vite-ignore */ new URL('../build/texts.js', import.meta.url).href)) as {
  texts: () => { buildStart(): void; transform(source: string, id: string): { code: string } | null };
};

/** The source that the build goes on with, and what it warns of. */
function built(source: string, id = '/page/src/components/Some.svelte') {
  const plugin = texts();
  const warnings: string[] = [];
  plugin.buildStart();
  const made = plugin.transform.call({ ...plugin, warn: (text: string) => warnings.push(text) }, source, id);
  return { code: made?.code, warnings };
}

const component = (script: string, markup: string) =>
  `<script lang="ts">\n  import { screens as t } from '../strings/screens';\n${script}</script>\n${markup}`;

test('a text stands in the template', () => {
  expect(built(component('', '<b title={t.skip}>{t.menu.open}</b><p aria-label="x {t.menu.close}"></p>')).code).toContain(
    `<b title="${screens.skip}">${screens.menu.open}</b><p aria-label="x ${screens.menu.close}"></p>`,
  );
});

test('a text stands in the script, also by a constant that is a branch', () => {
  const { code } = built(component('  const words = t.palette;\n  const said = words.title + t.menu.title;\n', '{said}'));
  expect(code).toContain(`const said = "${screens.palette.title}" + "${screens.menu.title}";`);
});

test('functions and tables are imported by themselves', () => {
  const { code } = built(component('', '{t.generating(2)}{t.names[screen]}'));
  expect(code).toContain("import { screens$generating, screens$names } from '../strings/screens';");
  expect(code).toContain('{screens$generating(2)}{screens$names[screen]}');
});

test('a name that means something else too is left alone, and said', () => {
  const { code, warnings } = built(component('', '{#each list as t}{t.skip}{/each}'));
  expect(code).toBeUndefined();
  expect(warnings.join()).toContain('t is declared again');
});
