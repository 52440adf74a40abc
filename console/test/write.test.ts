import { beforeEach, expect, test } from 'vitest';
import { Refusal, type Ack, type Value } from '../src/clasp';
import { AGAIN, REST, ValueWriter, type WriteState } from '../src/lib/write';

let sent: string[];
let states: WriteState[];
let frames: (() => void)[];
let timers: { ms: number; callback: () => void }[];
let answers: { resolve: (ack: Ack) => void; reject: (e: unknown) => void }[];
let tellError: (refusal: Refusal) => void;
let writer: ValueWriter;

beforeEach(() => {
  sent = [];
  states = [];
  frames = [];
  timers = [];
  answers = [];
  writer = new ValueWriter({
    client: {
      set: (_address: string, value: Value) => {
        sent.push(`set ${String(value)}`);
        return new Promise<Ack>((resolve, reject) => answers.push({ resolve, reject }));
      },
      fire: (_address: string, value: Value) => {
        sent.push(`fire ${String(value)}`);
        return true;
      },
      onError: (callback) => {
        tellError = callback;
        return () => sent.push('closed');
      },
    },
    address: '/a',
    told: (state) => states.push(state),
    frame: (callback) => frames.push(callback),
    setTimeout: (callback, ms) => {
      const timer = { ms, callback };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      timers = timers.filter((t) => t !== timer);
    },
  });
});

const frame = () => frames.splice(0).forEach((callback) => callback());
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

test('a movement is one write for each frame, and its end is confirmed', async () => {
  [1, 2, 3].forEach((value) => writer.move(value));
  expect(sent).toEqual([]);
  frame();
  writer.move(4);
  frame();
  frame();
  writer.commit(5);
  expect(sent).toEqual(['fire 3', 'fire 4', 'set 5']);
  answers[0]!.resolve({ revision: 7 });
  await settled();
  expect(states.at(-1)).toEqual({ kind: 'done', revision: 7 });
  expect(timers).toEqual([]);
});

test('where a fader rests, its value is confirmed', async () => {
  writer.move(1);
  frame();
  expect(timers.map((t) => t.ms)).toEqual([REST]);
  timers[0]!.callback();
  expect(sent).toEqual(['fire 1', 'set 1']);
});

test('while one confirmation is awaited, the newest value follows it', async () => {
  writer.commit(1);
  writer.commit(2);
  writer.commit(3);
  expect(sent).toEqual(['set 1']);
  answers[0]!.resolve({});
  await settled();
  expect(sent).toEqual(['set 1', 'set 3']);
  expect(states.filter((s) => s.kind === 'done')).toEqual([]);
  answers[1]!.resolve({});
  await settled();
  expect(states.at(-1)?.kind).toBe('done');
});

test('the frame after the confirmed value does not repeat an older one', () => {
  writer.move(1);
  writer.commit(2);
  frame();
  expect(sent).toEqual(['set 2']);
});

test('a refusal says why and what was not written', async () => {
  writer.commit(1);
  const refusal = new Refusal('refused', 'LockHeld', 401, '/a');
  answers[0]!.reject(refusal);
  await settled();
  expect(states.at(-1)).toEqual({ kind: 'refused', refusal, value: 1 });
  writer.commit(2);
  expect(sent).toEqual(['set 1', 'set 2']);
});

test('an ERROR that answers a movement is told, those of others are not', () => {
  writer.move(1);
  frame();
  tellError(new Refusal('refused', 'no', 301, '/b'));
  expect(states.at(-1)).toEqual({ kind: 'moving' });
  const refusal = new Refusal('refused', 'no', 301, '/a');
  tellError(refusal);
  expect(states.at(-1)).toEqual({ kind: 'refused', refusal, value: 1 });
});

test('what is not confirmed when the control goes away is confirmed then', () => {
  writer.move(1);
  writer.close();
  expect(sent).toEqual(['set 1', 'closed']);
});

test('the end of a movement that is faster than the token allows is written a little later', async () => {
  const tooFast = new Refusal('refused', 'Rate limit exceeded: the token allows 10 writes/second to /a', 429, '/a');
  writer.move(1);
  frame();
  tellError(tooFast);
  writer.commit(2);
  answers[0]!.reject(tooFast);
  await settled();
  expect(states.every((state) => state.kind === 'moving')).toBe(true);
  expect(timers.map((t) => t.ms)).toEqual([AGAIN]);
  timers[0]!.callback();
  expect(sent).toEqual(['fire 1', 'set 2', 'set 2']);
  answers[1]!.resolve({ revision: 3 });
  await settled();
  expect(states.at(-1)).toEqual({ kind: 'done', revision: 3 });
  expect(timers).toEqual([]);
});

test('what is refused for its rate again and again is told', async () => {
  const tooFast = new Refusal('refused', 'Rate limit exceeded: the token allows 0 writes/second to /a', 429, '/a');
  writer.commit(1);
  for (let i = 0; states.at(-1)?.kind !== 'refused'; i++) {
    expect(i).toBeLessThan(10);
    answers[i]!.reject(tooFast);
    await settled();
    timers.at(-1)?.callback();
  }
  expect(states.at(-1)).toEqual({ kind: 'refused', refusal: tooFast, value: 1 });
  expect(timers).toEqual([]);
});
