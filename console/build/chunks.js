// What travels together. The styles of all screens but the first are one file: they say much the same, and pack better so.
const FIRST = /\/src\/(main\.ts|screens\/Live\.svelte)$/;
const STYLE = /\.css$|[?&]type=style/;

/** Whether the page or its first screen needs a module at once. */
function isFirst(id, info, seen = new Set()) {
  if (FIRST.test(id)) {
    return true;
  }
  seen.add(id);
  return (info(id)?.importers ?? []).some((importer) => !seen.has(importer) && isFirst(importer, info, seen));
}

export const chunks = {
  groups: [
    {
      name: (id, context) => (isFirst(id, (each) => context.getModuleInfo(each)) ? null : 'screens'),
      test: STYLE,
    },
  ],
};
