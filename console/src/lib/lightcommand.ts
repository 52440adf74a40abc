/**
 * The command line of the lighting screen, as lighting people type it:
 *
 *     1 thru 10 @ 50        1 + 3 - 2 @ full        @ +10        5 / 7 > 9 @ 128d        all @ zero
 *
 * Levels are percent; with d behind they are 0 to 255, with # in front hexadecimal. Without a selection it is for what
 * is selected, without a level it selects.
 */

export type LightLevel =
  /** 0 to 255 */
  { kind: 'level'; level: number } | { kind: 'change'; percent: number };

export type LightCommand =
  | { kind: 'select'; slots: number[] }
  /** `slots`: null for the present selection. */
  | { kind: 'set'; slots: number[] | null; level: LightLevel };

export type CommandProblem = 'empty' | 'word' | 'slot' | 'number' | 'level' | 'nothing' | 'more';

/** What is wrong, and where: characters from 0. */
export class CommandMistake extends Error {
  constructor(
    readonly problem: CommandProblem,
    readonly at: number,
    readonly word: string,
  ) {
    super(problem);
  }
}

interface Token {
  text: string;
  at: number;
}

const TOKEN = /\s*(#[0-9a-f]*|\d+(?:\.\d+)?%?d?(?![a-z0-9])|[a-z]+|[@+\-/,><]|\S)/giy;
const SLOTS = 512;

function tokens(text: string): Token[] {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    list.push({ text: match[1]!.toLowerCase(), at: match.index + match[0].length - match[1]!.length });
  }
  return list;
}

/**
 * command := [selection] ["@" level]; selection := range (("+" | "-" | "," | "/") range)*; range := slot ["thru" slot]
 *
 * @throws CommandMistake
 */
export function parseCommand(text: string): LightCommand {
  const list = tokens(text);
  const end: Token = { text: '', at: text.length };
  let i = 0;
  const here = () => list[i] ?? end;
  const wrong = (problem: CommandProblem, token = here()) => new CommandMistake(problem, token.at, token.text);

  const slot = (): number => {
    const token = here();
    if (!/^\d+$/.test(token.text)) {
      throw wrong(token === end ? 'number' : 'word');
    }
    const number = Number(token.text);
    if (number < 1 || number > SLOTS) {
      throw wrong('slot');
    }
    i++;
    return number;
  };
  const range = (): number[] => {
    if (here().text === 'all') {
      i++;
      return Array.from({ length: SLOTS }, (_, k) => k + 1);
    }
    const first = slot();
    if (!['thru', 't', 'through', '>'].includes(here().text)) {
      return [first];
    }
    i++;
    // Alone it goes to the end, as on desks.
    const last = here() === end || here().text === '@' ? SLOTS : slot();
    const [low, high] = first <= last ? [first, last] : [last, first];
    return Array.from({ length: high - low + 1 }, (_, k) => low + k);
  };

  if (list.length === 0) {
    throw wrong('empty');
  }
  let slots: number[] | null = null;
  if (here().text !== '@') {
    const chosen = new Set(range());
    while (['+', '-', ',', '/'].includes(here().text)) {
      const take = here().text === '-';
      i++;
      for (const each of range()) {
        if (take) {
          chosen.delete(each);
        } else {
          chosen.add(each);
        }
      }
    }
    slots = [...chosen].sort((a, b) => a - b);
    if (slots.length === 0) {
      throw wrong('nothing');
    }
  }
  if (here() === end) {
    return { kind: 'select', slots: slots ?? [] };
  }
  if (here().text !== '@') {
    throw wrong('word');
  }
  i++;
  const level = levelAt();
  if (here() !== end) {
    throw wrong('more');
  }
  return { kind: 'set', slots, level };

  function levelAt(): LightLevel {
    const token = here();
    const word = token.text;
    if (word === 'full' || word === 'ff' || word === 'fl') {
      i++;
      return { kind: 'level', level: 255 };
    }
    if (word === 'zero' || word === 'out' || word === 'off') {
      i++;
      return { kind: 'level', level: 0 };
    }
    if (word === '+' || word === '-') {
      i++;
      const by = here();
      if (!/^\d+(\.\d+)?%?$/.test(by.text)) {
        throw wrong('level');
      }
      i++;
      return { kind: 'change', percent: (word === '-' ? -1 : 1) * Number.parseFloat(by.text) };
    }
    if (/^#[0-9a-f]{1,2}$/.test(word)) {
      i++;
      return { kind: 'level', level: Number.parseInt(word.slice(1), 16) };
    }
    if (/^\d+d$/.test(word) && Number.parseInt(word, 10) <= 255) {
      i++;
      return { kind: 'level', level: Number.parseInt(word, 10) };
    }
    if (/^\d+(\.\d+)?%?$/.test(word) && Number.parseFloat(word) <= 100) {
      i++;
      return { kind: 'level', level: levelOfPercent(Number.parseFloat(word)) };
    }
    throw wrong('level');
  }
}

export function levelOfPercent(percent: number): number {
  return Math.round((Math.min(100, Math.max(0, percent)) * 255) / 100);
}

/** A level of a slot after a command. */
export function applied(level: LightLevel, before: number): number {
  return level.kind === 'level'
    ? level.level
    : Math.round(Math.min(255, Math.max(0, Math.max(0, before) + (level.percent * 255) / 100)));
}

/** {@code 1–4, 7} */
export function slotsText(slots: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < slots.length; ) {
    let k = i;
    while (k + 1 < slots.length && slots[k + 1] === slots[k]! + 1) {
      k++;
    }
    parts.push(i === k ? String(slots[i]) : `${slots[i]}–${slots[k]}`);
    i = k + 1;
  }
  return parts.join(', ');
}

export type LevelUnit = 'percent' | 'decimal' | 'hex';

/** As the cells show it; empty for what nobody has said. */
export function levelText(level: number, unit: LevelUnit): string {
  if (level < 0) {
    return '';
  }
  switch (unit) {
    case 'percent':
      return level === 255 ? 'FL' : String(Math.round(level / 2.55));
    case 'hex':
      return level.toString(16).toUpperCase().padStart(2, '0');
    case 'decimal':
      return String(level);
  }
}
