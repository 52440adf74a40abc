import type { Value } from '../clasp/values';
import { bytesOf, checkAddress, Checked, MAX_DOCUMENT } from './checked';
import { fromJson, Malformed, toJson } from './json-value';

/** A list of cues, in the order in which they are gone through. Immutable. */
export interface CueList {
  title: string;
  cues: Cue[];
}

export interface Cue {
  id: string;
  /** As people call it: 1, 1.5, 12A. */
  number: string;
  name: string;
  /** Seconds: from GO to the beginning, and from there to the end. */
  delay: number;
  fade: number;
  /** Seconds from the end of the cue to the next GO; null: it waits for a hand. */
  follow: number | null;
  values: CueValue[];
}

export interface CueValue {
  address: string;
  value: Value;
}

export const FORMAT = 'clasp-cues';
export const VERSION = 1;
export const MAX_CUES = 500;
export const MAX_VALUES = 2_000;
export const MAX_SECONDS = 3_600;

export function emptyCueList(title = ''): CueList {
  return { title, cues: [] };
}

/** @throws Malformed with what is wrong and where */
export function decodeCueList(text: string): CueList {
  const document = Checked.document(text, FORMAT, VERSION, MAX_DOCUMENT);
  const ids = new Set<string>();
  return {
    title: document.text('title', 200, ''),
    cues: document.list('cues', MAX_CUES, (member, where) => {
      const cue = Checked.of(member, where);
      const id = cue.text('id', 40);
      if (id === '' || ids.has(id)) {
        throw cue.wrong('id', 'must be one of its own');
      }
      ids.add(id);
      const addresses = new Set<string>();
      return {
        id,
        number: cue.text('number', 20, ''),
        name: cue.text('name', 200, ''),
        delay: cue.number('delay', 0, MAX_SECONDS, 0),
        fade: cue.number('fade', 0, MAX_SECONDS, 0),
        follow: cue.has('follow') && cue.raw('follow') !== null ? cue.number('follow', 0, MAX_SECONDS) : null,
        values: cue.list('values', MAX_VALUES, (entry, place) => {
          const value = Checked.of(entry, place);
          const address = checkAddress(value.text('a', 512));
          if (address === '' || addresses.has(address)) {
            throw value.wrong('a', 'must be an address that the cue has once');
          }
          addresses.add(address);
          return { address, value: fromJson(value.raw('v') ?? null) };
        }),
      };
    }),
  };
}

/** @throws Malformed it is too large */
export function encodeCueList(list: CueList, indent = 0): string {
  const text = JSON.stringify(
    {
      format: FORMAT,
      version: VERSION,
      title: list.title,
      cues: list.cues.map(({ id, number, name, delay, fade, follow, values }) => ({
        id,
        number,
        ...(name === '' ? {} : { name }),
        ...(delay === 0 ? {} : { delay }),
        ...(fade === 0 ? {} : { fade }),
        ...(follow === null ? {} : { follow }),
        values: values.map(({ address, value }) => ({ a: address, v: toJson(value) })),
      })),
    },
    null,
    indent,
  );
  if (indent === 0 && bytesOf(text) > MAX_DOCUMENT) {
    throw new Malformed(`it has ${bytesOf(text)} bytes, ${MAX_DOCUMENT} is the most: make two lists of it`);
  }
  return text;
}

// --- changes ------------------------------------------------------------------------------------

/** The number for a cue behind another: the next whole one, or one in between if that is taken. */
export function numberAfter(list: CueList, index: number): string {
  const at = (i: number) => Number.parseFloat(list.cues[i]?.number ?? '');
  const before = index < 0 ? 0 : at(index);
  const after = at(index + 1);
  const low = Number.isFinite(before) ? before : 0;
  const whole = Math.floor(low) + 1;
  if (!Number.isFinite(after) || whole < after) {
    return String(whole);
  }
  const middle = low + (after - low) / 2;
  for (let digits = 1; digits <= 4; digits++) {
    const rounded = Number(middle.toFixed(digits));
    if (rounded > low && rounded < after) {
      return String(rounded);
    }
  }
  return '';
}

/** Adds a cue behind another; -1: in front of all. */
export function addCue(list: CueList, behind: number, given: Partial<Cue> = {}): { list: CueList; id: string } {
  if (list.cues.length >= MAX_CUES) {
    return { list, id: '' };
  }
  const taken = new Set(list.cues.map((cue) => cue.id));
  let i = taken.size + 1;
  while (taken.has(`q${i}`)) {
    i++;
  }
  const id = `q${i}`;
  const cue: Cue = {
    number: numberAfter(list, behind),
    name: '',
    delay: 0,
    fade: 3,
    follow: null,
    values: [],
    ...given,
    id,
  };
  return { list: { ...list, cues: [...list.cues.slice(0, behind + 1), cue, ...list.cues.slice(behind + 1)] }, id };
}

export function changeCue(list: CueList, id: string, change: Partial<Cue>): CueList {
  return { ...list, cues: list.cues.map((cue) => (cue.id === id ? { ...cue, ...change, id } : cue)) };
}

export function removeCue(list: CueList, id: string): CueList {
  return { ...list, cues: list.cues.filter((cue) => cue.id !== id) };
}

export function moveCue(list: CueList, id: string, by: number): CueList {
  const from = list.cues.findIndex((cue) => cue.id === id);
  const to = Math.min(list.cues.length - 1, Math.max(0, from + by));
  const cue = list.cues[from];
  if (!cue || to === from) {
    return list;
  }
  const rest = list.cues.filter((each) => each !== cue);
  return { ...list, cues: [...rest.slice(0, to), cue, ...rest.slice(to)] };
}

/** A value of a cue; one that is there is replaced. */
export function putValue(list: CueList, id: string, address: string, value: Value): CueList {
  const cue = list.cues.find((each) => each.id === id);
  if (!cue) {
    return list;
  }
  const there = cue.values.some((each) => each.address === address);
  const values = there
    ? cue.values.map((each) => (each.address === address ? { address, value } : each))
    : [...cue.values, { address, value }].slice(0, MAX_VALUES);
  return changeCue(list, id, { values });
}

export function dropValue(list: CueList, id: string, address: string): CueList {
  const cue = list.cues.find((each) => each.id === id);
  return cue ? changeCue(list, id, { values: cue.values.filter((each) => each.address !== address) }) : list;
}
