import { Malformed } from './json-value';

/** An element: what is in it, in order, and its text with that of its descendants. */
export interface XmlElement {
  readonly tagName: string;
  readonly children: XmlElement[];
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

const MAX_DEPTH = 256;
const MAX_ELEMENTS = 500_000;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

class Element implements XmlElement {
  readonly children: Element[] = [];
  /** Text, and in its place each child. */
  readonly content: (string | Element)[] = [];

  constructor(
    readonly tagName: string,
    private readonly attributes: Map<string, string>,
  ) {}

  get textContent(): string {
    return this.content.map((each) => (typeof each === 'string' ? each : each.textContent)).join('');
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
}

/**
 * Reads XML without what makes it dangerous: no document type, so no entities but the five of XML and numbers, so
 * nothing that grows or is fetched. Not the browser's parser, whose report of an error breaks the policy of the page.
 *
 * @throws Malformed
 */
export function parseXml(text: string): XmlElement {
  // Sticky: each looks exactly where the last one ended, and none can look twice at the same text.
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?=]+)((?:\s+[^\s<>=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
  const open: Element[] = [];
  let root: Element | undefined;
  let elements = 0;
  token.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) {
      throw new Malformed(
        /^<!DOCTYPE/i.test(text.slice(at, at + 9))
          ? 'its XML has a document type, which no layout of TouchOSC has'
          : `its XML is damaged at character ${at}`,
      );
    }
    const [, cdata, closed, tag, attributes = '', empty, plain] = found;
    const top = open[open.length - 1];
    if (tag !== undefined) {
      const element = new Element(tag, attributesOf(attributes));
      if (++elements > MAX_ELEMENTS || open.length >= MAX_DEPTH || (!top && root)) {
        throw new Malformed('its XML has too many elements, too many in each other, or more than one root');
      }
      root ??= element;
      top?.children.push(element);
      top?.content.push(element);
      if (!empty) {
        open.push(element);
      }
    } else if (closed !== undefined) {
      if (open.pop()?.tagName !== closed) {
        throw new Malformed(`its XML is damaged: </${closed.slice(0, 40)}> closes nothing`);
      }
    } else if (cdata !== undefined) {
      top?.content.push(cdata);
    } else if (plain !== undefined) {
      if (top) {
        top.content.push(decoded(plain));
      } else if (plain.trim() !== '') {
        throw new Malformed('its XML is damaged: there is text outside of it');
      }
    }
  }
  if (!root || open.length > 0) {
    throw new Malformed('its XML is damaged: it ends too early');
  }
  return root;
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, double, single] of text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    found.set(name!, decoded(double ?? single ?? ''));
  }
  return found;
}

function decoded(text: string): string {
  return text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
        const code = decimal ? Number(decimal) : hex ? parseInt(hex as string, 16) : -1;
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : (Object.hasOwn(ENTITIES, name as string) ? ENTITIES[name as string]! : (whole as string));
      })
    : text;
}
