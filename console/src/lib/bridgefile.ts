import type { Definition } from './bridges';

/** What the router shows instead of a secret. */
export const MASK = '********';

/** A file of bridges as `--bridges` and the configuration take it, without secrets. */
export interface BridgeFile {
  text: string;
  /** What was left out: {@code home: password}. */
  secrets: string[];
}

export function exported(definitions: readonly Definition[]): BridgeFile {
  const secrets: string[] = [];
  const bridges = definitions.map((definition) => without(definition, definition.name, secrets));
  return { text: `${JSON.stringify({ bridges }, null, 2)}\n`, secrets };
}

function without(value: unknown, place: string, secrets: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((each, i) => without(each, `${place}[${i}]`, secrets));
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
 * The bridges of a file: `{"bridges": [...]}`, a list, or one alone.
 *
 * @throws SyntaxError it is none
 */
export function imported(text: string): Definition[] {
  const read: unknown = JSON.parse(text);
  const list = Array.isArray(read)
    ? read
    : typeof read === 'object' && read !== null && Array.isArray((read as { bridges?: unknown }).bridges)
      ? (read as { bridges: unknown[] }).bridges
      : [read];
  return list.map((each) => {
    const definition = each as Definition;
    if (typeof each !== 'object' || each === null || typeof definition.protocol !== 'string') {
      throw new SyntaxError('protocol');
    }
    return { ...definition, name: definition.name ?? definition.protocol };
  });
}
