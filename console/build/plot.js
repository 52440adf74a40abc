// Leaves out what uPlot can do and this page does not ask of it: bars, steps, curves, joined tables. The package hangs them
// all on its class, so a bundler has to keep them; without those lines it finds by itself what nobody uses.
const UNUSED = [
  /^\s*uPlot\.join = join;$/m,
  /^\s*\(paths\.stepped = stepped\);$/m,
  /^\s*\(paths\.bars\s+= bars\);$/m,
  /^\s*\(paths\.spline\s+= monotoneCubic\);$/m,
];

export function plot() {
  return {
    name: 'clasp-plot',
    apply: 'build',
    transform: {
      filter: { id: /\/uplot\/dist\/uPlot\.esm\.js$/ },
      handler(code) {
        let left = code;
        for (const line of UNUSED) {
          if (!line.test(left)) {
            this.error(`uPlot has no line ${line} any more: look at build/plot.js`);
          }
          left = left.replace(line, '');
        }
        return { code: left, map: null };
      },
    },
  };
}
