/** Where in a form a sentence of the router belongs. */
export type Place =
  | { part: 'setting'; name: string; text: string }
  | { part: 'name' | 'namespace' | 'protocol'; text: string }
  | {
      part: 'rule';
      /** From 0. */
      index: number;
      /** Behind the rule: {@code transform[1].expr}; empty for the whole. */
      path: string;
      text: string;
      /** Of an expression, from 1. */
      character?: number;
    }
  | { part: 'whole'; text: string };

/** The router says {@code settings: bind must be …} and {@code mapping: rules[2].transform.expr: … at character 8}. */
export function placeOf(sentence: string, settings: readonly string[]): Place {
  const text = sentence.trim();
  const rule = /(?:^|[\s:])rules?\[(\d+)\]\.?([A-Za-z0-9_.[\]]*): (.*)$/s.exec(text);
  if (rule) {
    const said = rule[3]!;
    const at = /at character (\d+)/.exec(said);
    return {
      part: 'rule',
      index: Number(rule[1]),
      path: rule[2]!,
      text: said,
      ...(at ? { character: Number(at[1]) } : {}),
    };
  }
  const inner = /^settings: (.*)$/s.exec(text)?.[1];
  if (inner !== undefined) {
    const word = /[a-z][a-z0-9_]*/g;
    for (const [candidate] of inner.matchAll(word)) {
      if (settings.includes(candidate)) {
        return { part: 'setting', name: candidate, text: inner };
      }
    }
    return { part: 'whole', text: inner };
  }
  const key = /^(name|namespace|protocol)\b/.exec(text)?.[1];
  return key ? { part: key as 'name', text } : { part: 'whole', text };
}
