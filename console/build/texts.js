// Puts the texts of src/strings where they are used, when the page is built. A text that does not change then stands in
// the template of its component, so nothing has to set it, and the names of the texts need not travel. What is more than
// a text (a function, a table that is asked by a variable) is imported by itself, so that what nobody uses is left out.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse as parseComponent } from 'svelte/compiler';
import { parseSync } from 'vite';

const FOLDER = join(import.meta.dirname, '../src/strings');

/** The tree below a value: a text, a table of others, or source text that is kept as it is. */
function read(node, source) {
  const value = node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' ? node.expression : node;
  if (value !== node) {
    return read(value, source);
  }
  if (node.type === 'Literal' && typeof node.value === 'string') {
    return { text: node.value };
  }
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return { text: node.quasis[0].value.cooked };
  }
  const plain = (property) => property.type === 'Property' && !property.computed && !property.method && property.kind === 'init';
  if (node.type === 'ObjectExpression' && node.properties.every(plain)) {
    return { table: new Map(node.properties.map(({ key, value }) => [key.name ?? String(key.value), read(value, source)])) };
  }
  return { source: source.slice(node.start, node.end) };
}

/** What each file of the folder exports: file name to name to tree. */
function readAll() {
  const files = new Map();
  for (const file of readdirSync(FOLDER)) {
    const source = readFileSync(join(FOLDER, file), 'utf8');
    const exported = new Map();
    for (const statement of parseSync(file, source).program.body) {
      if (statement.type === 'ImportDeclaration' && statement.importKind === 'type') {
        continue;
      }
      const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : null;
      if (declared?.type !== 'VariableDeclaration' || declared.kind !== 'const') {
        throw new Error(`src/strings/${file} should only export constants`);
      }
      declared.declarations.forEach(({ id, init }) => exported.set(id.name, read(init, source)));
    }
    files.set(basename(file, '.ts'), exported);
  }
  return files;
}

const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** A module with an export for every branch of the tree. */
function asModule(exported) {
  const lines = [];
  const add = (name, { text, table, source }) => {
    if (text !== undefined) {
      return JSON.stringify(text);
    }
    const value = table
      ? `{ ${[...table].map(([each, tree]) => `${key(each)}: ${add(`${name}$${each}`, tree)}`).join(', ')} }`
      : source;
    lines.push(`export const ${name} = ${value};`);
    return name;
  };
  exported.forEach((tree, name) => add(name, tree));
  return lines.join('\n');
}

/** Calls `visit(node, parent)` for a syntax tree, parents first. */
function walk(node, visit, parent = null) {
  if (typeof node?.type === 'string') {
    visit(node, parent);
  }
  for (const [name, child] of Object.entries(node ?? {})) {
    if (name !== 'parent' && name !== 'metadata' && typeof child === 'object') {
      walk(child, visit, typeof node.type === 'string' ? node : parent);
    }
  }
}

/** Whether a pattern (of a parameter, a variable, a block of a template) declares the name. */
function declares(pattern, name) {
  switch (pattern?.type) {
    case 'Identifier':
      return pattern.name === name;
    case 'ObjectPattern':
      return pattern.properties.some((property) => declares(property.value ?? property.argument, name));
    case 'ArrayPattern':
      return pattern.elements.some((element) => declares(element, name));
    case 'AssignmentPattern':
      return declares(pattern.left, name);
    case 'RestElement':
      return declares(pattern.argument, name);
    default:
      return false;
  }
}

/** How often a file declares the name, imports apart. */
function declarations(ast, name) {
  let found = 0;
  walk(ast, (node) => {
    const patterns = {
      VariableDeclarator: [node.id],
      EachBlock: [node.context, { type: 'Identifier', name: node.index }],
      AwaitBlock: [node.value, node.error],
      SnippetBlock: node.parameters,
      CatchClause: [node.param],
      ClassDeclaration: [node.id],
    };
    found += (patterns[node.type] ?? [/Function/.test(node.type) && node.id, ...(node.params ?? [])]).filter((pattern) =>
      declares(pattern, name),
    ).length;
  });
  return found;
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '{': '&#123;', '}': '&#125;', '"': '&quot;' };
const markup = (text) => text.replace(/[&<>{}"]/g, (char) => ENTITIES[char]);
/** White space that stays when it stands in a template. */
const firm = (text) => /^\S+( \S+)*$/.test(text);

/** The members of a chain such as `a.b.c`, the innermost first, or null where the chain does not begin with a name. */
function chainOf(node) {
  const members = [];
  let root = node;
  for (; root.type === 'MemberExpression'; root = root.object) {
    members.unshift(root);
  }
  return root.type === 'Identifier' ? { root, members } : null;
}

/** How far the tree of a name knows the members of a chain: the last known one, and what it is. */
function follow(local, members) {
  let { tree, name } = local;
  let known = null;
  for (const member of members) {
    const property = member.computed ? undefined : member.property.name;
    const next = tree?.table?.get(property);
    if (!next) {
      break;
    }
    [tree, name, known] = [next, `${name}$${property}`, member];
  }
  return { tree, name, known };
}

/** What the names of a file mean that stand for texts: those it imports, and constants that are a branch of one. */
function localsOf(ast, files) {
  const locals = new Map();
  walk(ast, (node) => {
    if (node.type === 'ImportDeclaration' && node.importKind !== 'type') {
      const [, file] = /\/strings\/([a-z]+)$/.exec(node.source.value) ?? [];
      const imported = { from: node.source.value, at: node.end, added: new Set() };
      for (const { local, imported: { name } = {} } of file ? node.specifiers : []) {
        if (declarations(ast, local.name) > 0) {
          throw new Error(`${local.name} is declared again, so give the texts or the other thing another name`);
        }
        locals.set(local.name, { tree: files.get(file)?.get(name), name, imported });
      }
    }
  });
  walk(ast, (node) => {
    for (const { id, init } of node.type === 'VariableDeclaration' && node.kind === 'const' ? node.declarations : []) {
      const chain = init?.type === 'MemberExpression' && id.type === 'Identifier' ? chainOf(init) : null;
      const local = chain && locals.get(chain.root.name);
      const { tree, name, known } = local ? follow(local, chain.members) : {};
      if (known && known === init && tree.table && declarations(ast, id.name) === 1) {
        locals.set(id.name, { tree, name, imported: local.imported });
      }
    }
  });
  return locals;
}

function replaceTexts(source, ast, files) {
  const locals = localsOf(ast, files);
  const edits = [];
  const seen = new Set();
  walk(ast, (node, parent) => {
    // Of a chain the outermost member comes first.
    if (node.type !== 'MemberExpression' || seen.has(node)) {
      return;
    }
    const chain = chainOf(node);
    chain?.members.forEach((member) => seen.add(member));
    const local = chain && locals.get(chain.root.name);
    const { tree, name, known } = local ? follow(local, chain.members) : {};
    if (!known) {
      return;
    }
    if (tree.text === undefined) {
      local.imported.added.add(name);
      edits.push([known.start, known.end, name]);
    } else if (known === node && parent?.type === 'ExpressionTag' && firm(tree.text)) {
      edits.push([parent.start, parent.end, parent.quoted ? `"${markup(tree.text)}"` : markup(tree.text)]);
    } else {
      edits.push([known.start, known.end, JSON.stringify(tree.text)]);
    }
  });
  for (const { added, from, at } of new Set([...locals.values()].map(({ imported }) => imported))) {
    if (added.size > 0) {
      edits.push([at, at, `\nimport { ${[...added].join(', ')} } from '${from}';`]);
    }
  }
  return edits.sort((a, b) => b[0] - a[0]).reduce((text, [start, end, put]) => text.slice(0, start) + put + text.slice(end), source);
}

/** Marks the expressions that are the whole value of an attribute without quotes around it. */
function markAttributes(ast, source) {
  walk(ast, (node) => {
    if (node.type === 'Attribute' && node.value?.type === 'ExpressionTag') {
      node.value.quoted = true;
    }
  });
  return ast;
}

export function texts() {
  let files;
  return {
    name: 'clasp-texts',
    apply: 'build',
    enforce: 'pre',
    buildStart() {
      files = readAll();
    },
    transform(source, id) {
      const path = resolve(id);
      if (path.startsWith(FOLDER)) {
        return { code: asModule(files.get(basename(path, '.ts'))), map: null };
      }
      if (!/\/src\/.*\.(svelte|ts)$/.test(id) || !source.includes('/strings/')) {
        return null;
      }
      try {
        const ast = id.endsWith('.svelte') ? markAttributes(parseComponent(source, { modern: true })) : parseSync(path, source).program;
        return { code: replaceTexts(source, ast, files), map: null };
      } catch (e) {
        // As it is written it works too, only larger.
        this.warn(`${id} keeps its texts apart: ${e.message}`);
        return null;
      }
    },
  };
}
