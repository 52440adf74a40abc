import type { Definition } from './bridges';
import type { KnownRouter } from './known';

/** What the router shows instead of a secret. */
export const MASK = '********';

/** A file of bridges as `--bridges` takes it, without secrets, and of the routers that the user knows. */
export interface BridgeFile {
  text: string;
  /** What was left out: {@code home: password}. */
  secrets: string[];
}

export function exported(definitions: readonly Definition[], routers: readonly KnownRouter[] = []): BridgeFile {
  const secrets: string[] = [];
  const bridges = definitions.map((definition) => without(definition, definition.name, secrets));
  const file = routers.length === 0 ? { bridges } : { bridges, routers };
  return { text: `${JSON.stringify(file, null, 2)}\n`, secrets };
}

function without(value: unknown, place: string, secrets: string[]): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((each, i) => {
      if (each === MASK) {
        secrets.push(`${place}[${i}]`);
        return [];
      }
      return [without(each, `${place}[${i}]`, secrets)];
    });
  }
  if (typeof value === 'object' && value !== null) {
    const out: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      if (inner === MASK) {
        secrets.push(`${place}: ${key}`);
      } else {
        out[key] = without(inner, key === 'settings' ? place : `${place}: ${key}`, secrets);
      }
    }
    return out;
  }
  return value;
}

/**
 * A definition from a file for a bridge that is there already. The file has no secrets; while nothing else of its settings
 * changes, the bridge keeps its own. With other settings it does not: a file must not send a secret to another place.
 *
 * @param before as the router shows it, with {@link MASK} for secrets
 */
export function withSecrets(definition: Definition, before: Definition): Definition {
  const sameSettings =
    definition.protocol === before.protocol && textOf(definition.settings) === textOf(settingsWithout(before));
  return sameSettings && before.settings ? { ...definition, settings: before.settings } : definition;
}

/** The bridge has secrets, and does not keep them when it becomes this. */
export function losesSecrets(definition: Definition, before: Definition): boolean {
  return exported([before]).secrets.length > 0 && withSecrets(definition, before) === definition;
}

function settingsWithout(definition: Definition): unknown {
  return without(definition.settings, '', []);
}

/** As JSON with its keys in order, so that it does not count in which one they are written. */
function textOf(value: unknown): string {
  return JSON.stringify(value ?? {}, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * What a file has: `{"bridges": [...], "routers": [...]}`, a list of bridges, or one alone.
 *
 * @returns of routers only name and address, which {@link KnownRouters.add} looks at
 * @throws SyntaxError it is none
 */
export function imported(text: string): { bridges: Definition[]; routers: KnownRouter[] } {
  const read: unknown = JSON.parse(text);
  const { bridges, routers } = (read ?? {}) as { bridges?: unknown; routers?: unknown };
  const listed = Array.isArray(bridges) || Array.isArray(routers);
  const list: unknown[] = Array.isArray(read) ? read : Array.isArray(bridges) ? bridges : listed ? [] : [read];
  return {
    bridges: list.map(definitionOf),
    routers: (Array.isArray(routers) ? (routers as unknown[]) : []).map((router) => {
      const { name, url } = (router ?? {}) as Record<string, unknown>;
      return { name: String(name ?? ''), url: String(url ?? '') };
    }),
  };
}

function definitionOf(each: unknown): Definition {
  const definition = each as Definition;
  if (typeof each !== 'object' || each === null || typeof definition.protocol !== 'string') {
    throw new SyntaxError('protocol');
  }
  // A mask would stand for whatever the bridge has.
  const plain = without(definition, '', []) as Definition;
  return { ...plain, name: plain.name ?? plain.protocol };
}
