// This page is only ever mounted, never hydrated: no server draws it. Svelte asks at each step whether it is hydrating; with
// the answers constant, those steps and the questions are left out by the bundler. Likewise for its modes that we do not use.
const CONSTANTS = {
  'client/dom/hydration.js': [['let hydrating = false', 'const hydrating = false'], ['\thydrating = value;', '']],
  'flags/index.js': [
    ['let async_mode_flag = false', 'const async_mode_flag = false'],
    ['let tracing_mode_flag = false', 'const tracing_mode_flag = false'],
    ['let legacy_mode_flag = false', 'const legacy_mode_flag = false'],
    ['\tasync_mode_flag = true;', "throw new Error('async');"],
    ['\tasync_mode_flag = false;', ''],
    ['\tlegacy_mode_flag = true;', "throw new Error('legacy');"],
    ['\ttracing_mode_flag = true;', "throw new Error('tracing');"],
  ],
};

/** What a component does for hydration alone. */
const STEPS = /^\s*\$\.(?:reset|next)\([\w$]*\);$/gm;

export function mounted() {
  return {
    name: 'clasp-mounted',
    apply: 'build',
    enforce: 'post',
    transform: {
      filter: { id: [/\.svelte$/, /\/svelte\/src\/internal\/(client\/dom\/hydration|flags\/index)\.js$/] },
      handler(code, id) {
        if (id.endsWith('.svelte')) {
          return { code: code.replace(STEPS, ''), map: null };
        }
        const changes = CONSTANTS[id.slice(id.indexOf('/internal/') + '/internal/'.length)];
        return {
          code: changes.reduce((text, [from, to]) => {
            if (!text.includes(from)) {
              this.error(`Svelte has no "${from}" any more: look at build/mounted.js`);
            }
            return text.replace(from, to);
          }, code),
          map: null,
        };
      },
    },
  };
}
