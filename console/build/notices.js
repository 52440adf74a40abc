// Writes THIRD-PARTY-NOTICES.txt: the licences of every package whose code is in the page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The package folder that a module of node_modules belongs to, or null for our own. */
function packageFolder(id) {
  const parts = id.replace(/^\0/, '').split('?')[0].split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) {
    return null;
  }
  const length = parts[at + 1].startsWith('@') ? 3 : 2;
  return parts.slice(0, at + length).join(sep);
}

/** For packages that name the MIT licence without including its text. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

function licenceText(folder, manifest) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file) {
    return readFileSync(join(folder, file), 'utf8').trim();
  }
  if (manifest.license !== 'MIT') {
    throw new Error(`${manifest.name} comes without a licence text; add one to build/notices.js`);
  }
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  return `The package names the licence MIT and the author ${author ?? 'not at all'}, without a text of its own.\n\n${MIT}`;
}

function notice(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
  return { title, text: `${title}\n${'-'.repeat(title.length)}\n\n${licenceText(folder, manifest)}\n` };
}

export function notices() {
  return {
    name: 'clasp-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const folders = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const folder = packageFolder(id);
          if (folder && existsSync(join(folder, 'package.json'))) {
            folders.add(folder);
          }
        }
      }
      const entries = [...folders].map(notice).sort((a, b) => (a.title < b.title ? -1 : 1));
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-NOTICES.txt',
        source: `The console contains code of these packages.\n\n${entries.map((e) => e.text).join('\n')}`,
      });
    },
  };
}
