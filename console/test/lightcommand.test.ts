import { expect, test } from 'vitest';
import {
  applied,
  CommandMistake,
  levelOfPercent,
  levelText,
  parseCommand,
  slotsText,
} from '../src/lib/lightcommand';

function mistake(text: string): [string, number] {
  try {
    parseCommand(text);
  } catch (e) {
    if (e instanceof CommandMistake) {
      return [e.problem, e.at];
    }
  }
  throw new Error(`taken: ${text}`);
}

test('slots are chosen as on desks', () => {
  expect(parseCommand('1 thru 4')).toEqual({ kind: 'select', slots: [1, 2, 3, 4] });
  expect(parseCommand('4 THRU 1')).toEqual({ kind: 'select', slots: [1, 2, 3, 4] });
  expect(parseCommand('1+3')).toEqual({ kind: 'select', slots: [1, 3] });
  expect(parseCommand('1 thru 5 - 2 thru 3 + 9')).toEqual({ kind: 'select', slots: [1, 4, 5, 9] });
  expect(parseCommand('1, 2 / 3 > 4')).toEqual({ kind: 'select', slots: [1, 2, 3, 4] });
  expect(parseCommand('510 thru')).toEqual({ kind: 'select', slots: [510, 511, 512] });
  expect(parseCommand('511 thru @ 10')).toMatchObject({ slots: [511, 512] });
  expect(parseCommand('1t3')).toEqual({ kind: 'select', slots: [1, 2, 3] });
  expect((parseCommand('all') as { slots: number[] }).slots).toHaveLength(512);
});

test('levels are percent, numbers, hexadecimal, words and changes', () => {
  const level = (text: string) => (parseCommand(text) as { level: unknown }).level;
  expect(level('1 @ 50')).toEqual({ kind: 'level', level: 128 });
  expect(level('1@100%')).toEqual({ kind: 'level', level: 255 });
  expect(level('1 @ 33.3')).toEqual({ kind: 'level', level: 85 });
  expect(level('1 @ full')).toEqual({ kind: 'level', level: 255 });
  expect(level('1 @ zero')).toEqual({ kind: 'level', level: 0 });
  expect(level('1 @ 128d')).toEqual({ kind: 'level', level: 128 });
  expect(level('1 @ #7f')).toEqual({ kind: 'level', level: 127 });
  expect(level('@ +10')).toEqual({ kind: 'change', percent: 10 });
  expect(level('1 @ - 5')).toEqual({ kind: 'change', percent: -5 });
  expect(parseCommand('@ full')).toEqual({ kind: 'set', slots: null, level: { kind: 'level', level: 255 } });
});

test('what is wrong is said, and where', () => {
  expect(mistake('')).toEqual(['empty', 0]);
  expect(mistake('0 @ 5')).toEqual(['slot', 0]);
  expect(mistake('1 thru 513')).toEqual(['slot', 7]);
  expect(mistake('1 + ')).toEqual(['number', 4]);
  expect(mistake('1 at 50')).toEqual(['word', 2]);
  expect(mistake('lamp 1')).toEqual(['word', 0]);
  expect(mistake('1 - 1')).toEqual(['nothing', 5]);
  expect(mistake('1 @ 101')).toEqual(['level', 4]);
  expect(mistake('1 @ 256d')).toEqual(['level', 4]);
  expect(mistake('1 @')).toEqual(['level', 3]);
  expect(mistake('1 @ 50 60')).toEqual(['more', 7]);
  expect(mistake('1 @ #xyz')[0]).toBe('level');
});

test('levels are applied and shown', () => {
  expect(applied({ kind: 'change', percent: 10 }, 0)).toBe(26);
  expect(applied({ kind: 'change', percent: 10 }, -1)).toBe(26);
  expect(applied({ kind: 'change', percent: -50 }, 100)).toBe(0);
  expect(applied({ kind: 'change', percent: 90 }, 200)).toBe(255);
  expect(levelOfPercent(50)).toBe(128);
  expect(levelText(255, 'percent')).toBe('FL');
  expect(levelText(128, 'percent')).toBe('50');
  expect(levelText(10, 'hex')).toBe('0A');
  expect(levelText(-1, 'decimal')).toBe('');
  expect(slotsText([1, 2, 3, 7, 9, 10])).toBe('1–3, 7, 9–10');
});

test('whatever is typed is taken or refused', () => {
  const words = ['1', '512', '600', 'thru', '+', '-', '@', 'full', 'zero', '#ff', '50', '128d', 'x', '%', ',', 'all'];
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: next() % 7 }, () => words[next() % words.length]).join(next() % 2 ? ' ' : '');
    try {
      const command = parseCommand(text);
      if (command.kind === 'select' || command.slots) {
        for (const slot of command.slots ?? []) {
          expect(slot >= 1 && slot <= 512).toBe(true);
        }
      }
    } catch (e) {
      expect(e).toBeInstanceOf(CommandMistake);
      expect((e as CommandMistake).at).toBeLessThanOrEqual(text.length);
    }
  }
});
