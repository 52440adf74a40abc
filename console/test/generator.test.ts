import { describe, expect, it } from 'vitest';
import { Refusal, type Value } from '../src/clasp';
import { Generators, MAX_GENERATORS, NEW_GENERATOR, problemsOf, readSettings, type Clock, type GeneratorSettings, type Sender } from '../src/lib/generator';
import { position, sampleOf, WAVES, type Shape } from '../src/lib/wave';

class FakeClock implements Clock {
  time = 0;
  private due = Infinity;
  private call: (() => void) | null = null;

  now(): number {
    return this.time;
  }

  wake(ms: number, call: () => void): void {
    this.due = this.time + ms;
    this.call = call;
  }

  cancel(): void {
    this.call = null;
    this.due = Infinity;
  }

  get waits(): boolean {
    return this.call !== null;
  }

  /** Lets time pass; each alarm comes late by up to `jitter`. */
  run(ms: number, jitter = () => 0): void {
    const end = this.time + ms;
    while (this.call && this.due <= end) {
      this.time = Math.min(end, Math.max(this.time, this.due + jitter()));
      const call = this.call;
      this.call = null;
      call();
    }
    this.time = end;
  }
}

class FakeSender implements Sender {
  sent: { how: string; address: string; value: Value; at: number }[] = [];
  full = false;
  refuses: Refusal | null = null;
  private listener: (refusal: Refusal) => void = () => {};

  constructor(private readonly clock: Clock) {}

  private note(how: string, address: string, value: Value): boolean {
    if (!this.full) {
      this.sent.push({ how, address, value, at: this.clock.now() });
    }
    return !this.full;
  }

  fire(address: string, value: Value): boolean {
    return this.note('fire', address, value);
  }

  set(address: string, value: Value): Promise<unknown> {
    this.note('set', address, value);
    return this.refuses ? Promise.reject(this.refuses) : Promise.resolve();
  }

  emit(address: string, value: Value): Promise<unknown> {
    this.note('emit', address, value);
    return this.refuses ? Promise.reject(this.refuses) : Promise.resolve();
  }

  stream(address: string, value: Value): boolean {
    return this.note('stream', address, value);
  }

  gesture(address: string, id: number, phase: string, value: Value): boolean {
    return this.note(`${phase} ${id}`, address, value);
  }

  onError(listener: (refusal: Refusal) => void): () => void {
    this.listener = listener;
    return () => {};
  }

  object(refusal: Refusal): void {
    this.listener(refusal);
  }
}

function stage(kept: string | null = null) {
  const clock = new FakeClock();
  const sender = new FakeSender(clock);
  const kept_ = new Map<string, string>(kept === null ? [] : [['clasp-generators', kept]]);
  const store = { getItem: (key: string) => kept_.get(key) ?? null, setItem: (key: string, value: string) => void kept_.set(key, value) };
  const generators = new Generators(sender, clock, store);
  return { clock, sender, store, generators };
}

function made(generators: Generators, more: Partial<GeneratorSettings>): number {
  const settings = generators.add('/test/a')!;
  generators.change({ ...settings, ...more });
  return settings.id;
}

const SHAPE: Shape = { wave: 'sine', kind: 'float', low: 0, high: 1, frequency: 1, steps: 4, texts: ['a', 'b', 'c'] };

describe('waves', () => {
  it('stay between 0 and 1', () => {
    for (const wave of WAVES) {
      for (let i = 0; i < 1_000; i++) {
        const at = position(wave, i / 97, 5, i);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(1);
      }
    }
  });

  it('have the form that their name says', () => {
    const four = (wave: Shape['wave'], steps = 4) => [0, 0.25, 0.5, 0.75].map((turns) => position(wave, turns, steps, 0));
    expect(four('sine').map((x) => Math.round(x * 1e9) / 1e9)).toEqual([0.5, 1, 0.5, 0]);
    expect(four('triangle')).toEqual([0, 0.5, 1, 0.5]);
    expect(four('saw')).toEqual([0, 0.25, 0.5, 0.75]);
    expect(four('square')).toEqual([1, 1, 0, 0]);
    expect(four('constant')).toEqual([1, 1, 1, 1]);
    expect(four('steps', 3)).toEqual([0, 0, 0.5, 1]);
  });

  it('scale into every kind of value', () => {
    const at = (more: Partial<Shape>, seconds: number) => sampleOf({ ...SHAPE, ...more }, seconds, 0);
    expect(at({ low: -10, high: 10 }, 0.25)).toBe(10);
    expect(at({ kind: 'int', low: 0, high: 127 }, 0.25)).toBe(127n);
    expect(at({ kind: 'bool' }, 0.25)).toBe(true);
    expect(at({ kind: 'bool' }, 0.75)).toBe(false);
    expect(at({ kind: 'text', wave: 'saw' }, 0.5)).toBe('b');
    expect(at({ kind: 'text', wave: 'constant' }, 0)).toBe('c');
    expect(at({ wave: 'wheel' }, 0)).toEqual({ r: 255n, g: 0n, b: 0n });
    expect(at({ wave: 'wheel' }, 1 / 3)).toEqual({ r: 0n, g: 255n, b: 0n });
    expect(at({ wave: 'wheel' }, 2 / 3)).toEqual({ r: 0n, g: 0n, b: 255n });
    const circle = at({ wave: 'circle', low: -1, high: 1 }, 0.1) as { x: number; y: number };
    expect(circle.x ** 2 + circle.y ** 2).toBeCloseTo(1, 9);
  });
});

describe('generators', () => {
  it('send at their rate without drifting, however late alarms come', () => {
    const { clock, sender, generators } = stage();
    const id = made(generators, { rate: 250, wave: 'saw', frequency: 0.1 });
    let seed = 3;
    generators.start(id);
    clock.run(10_000, () => (seed = (seed * 16_807) % 2_147_483_647) % 30);

    expect(generators.counts(id)).toMatchObject({ sent: 2_501, skipped: 0 });
    sender.sent.forEach(({ value }, i) => expect(value).toBeCloseTo((i / 2_500) % 1, 9));
    expect(sender.sent.every(({ at }, i) => at >= i * 4 - 1e-6 && at < i * 4 + 40)).toBe(true);
  });

  it('leave out what is long late', () => {
    const { clock, sender, generators } = stage();
    const id = made(generators, { rate: 100 });
    generators.start(id);
    clock.run(100);
    clock.time += 5_000;
    clock.run(100);

    const counts = generators.counts(id);
    expect(counts.skipped).toBeGreaterThan(450);
    expect(counts.sent).toBeLessThan(60);
    expect(counts.sent + counts.skipped).toBe(521);
    expect(sender.sent).toHaveLength(counts.sent);
  });

  it('run beside each other, and each stops by itself', () => {
    const { clock, sender, generators } = stage();
    const fast = made(generators, { address: '/fast', rate: 100 });
    const slow = made(generators, { address: '/slow', rate: 3 });
    generators.start(fast);
    generators.start(slow);
    clock.run(1_000);
    generators.stop(fast);
    clock.run(1_000);

    expect(generators.counts(fast).sent).toBe(101);
    expect(generators.counts(slow).sent).toBe(7);
    expect(clock.waits).toBe(true);
    generators.stopAll();
    expect(clock.waits).toBe(false);
    expect(generators.anyRunning).toBe(false);
    expect(sender.sent.at(-1)).toMatchObject({ how: 'set', address: '/slow' });
  });

  it('end a parameter on its last value, confirmed, and a gesture with its end', () => {
    const { clock, sender, generators } = stage();
    const param = made(generators, { rate: 10 });
    const gesture = made(generators, { rate: 10, signal: 'gesture', address: '/pad', wave: 'circle' });
    generators.start(param);
    clock.run(500);
    generators.stop(param);
    const [last, confirmed] = sender.sent.slice(-2);
    expect(confirmed).toMatchObject({ how: 'set', value: last!.value });

    sender.sent = [];
    generators.start(gesture);
    clock.run(250);
    generators.stop(gesture);
    const hows = sender.sent.map(({ how }) => how.split(' ')[0]);
    expect(hows).toEqual(['start', 'move', 'move', 'end']);
    expect(new Set(sender.sent.map(({ how }) => how.split(' ')[1])).size).toBe(1);
  });

  it('count what was refused, and what was not sent at all', async () => {
    const { clock, sender, generators } = stage();
    const id = made(generators, { rate: 10 });
    generators.start(id);
    clock.run(350);
    sender.object(new Refusal('refused', 'LockHeld: another session holds the lock', 401, '/test/a'));
    sender.object(new Refusal('refused', 'elsewhere', 401, '/other'));
    sender.full = true;
    clock.run(200);
    expect(generators.counts(id)).toMatchObject({ sent: 4, refused: 1, notSent: 2, problem: 'LockHeld: another session holds the lock' });

    const event = made(generators, { rate: 10, signal: 'event', address: '/e' });
    sender.refuses = new Refusal('refused', 'not allowed', 301, '/e');
    generators.start(event);
    clock.run(150);
    await Promise.resolve();
    expect(generators.counts(event)).toMatchObject({ sent: 2, refused: 2, problem: 'not allowed' });
  });

  it('begin anew when they are changed while they run', () => {
    const { clock, sender, generators } = stage();
    const id = made(generators, { rate: 10 });
    generators.start(id);
    clock.run(1_000);
    generators.change({ ...generators.list[0]!, wave: 'constant', high: 7 });
    sender.sent = [];
    clock.run(100);
    expect(generators.isRunning(id)).toBe(true);
    expect(sender.sent[0]?.value).toBe(7);
  });

  it('stop in a hidden page only if told so', () => {
    const { generators } = stage();
    const stays = made(generators, {});
    const stops = made(generators, { stopHidden: true });
    generators.start(stays);
    generators.start(stops);
    generators.hiddenForLong();
    expect(generators.isRunning(stays)).toBe(true);
    expect(generators.isRunning(stops)).toBe(false);
  });

  it('are kept, but not running', () => {
    const first = stage();
    const id = made(first.generators, { rate: 42, wave: 'square', texts: ['a'] });
    first.generators.start(id);

    const again = stage(first.store.getItem('clasp-generators'));
    expect(again.generators.list).toMatchObject([{ rate: 42, wave: 'square', address: '/test/a' }]);
    expect(again.generators.anyRunning).toBe(false);
    expect(again.generators.add('/b')?.id).toBe(2);
  });

  it('survive whatever the store holds', () => {
    expect(readSettings(undefined)).toEqual([]);
    expect(readSettings([null, 5, {}])).toEqual([{ ...NEW_GENERATOR, texts: [], id: 1, address: '/test/generator' }]);
    expect(readSettings([{ rate: 'fast', wave: 'evil', texts: [1, 'x'] }])).toMatchObject([{ rate: 30, wave: 'sine', texts: ['x'] }]);
    expect(stage('no json').generators.list).toEqual([]);
    expect(readSettings(new Array(1_000).fill({}))).toHaveLength(MAX_GENERATORS);
  });

  it('are not started with settings that make no sense', () => {
    const { generators, clock } = stage();
    for (const more of [{ address: 'x' }, { address: '/a/*' }, { rate: 0 }, { rate: 251 }, { low: NaN }, { kind: 'text' as const, texts: [] }, { wave: 'steps' as const, steps: 1 }]) {
      const id = made(generators, more);
      generators.start(id);
      expect(generators.isRunning(id)).toBe(false);
      expect(problemsOf(generators.list.at(-1)!)).toHaveLength(1);
    }
    expect(clock.waits).toBe(false);
  });

  it('are bounded in number', () => {
    const { generators } = stage();
    for (let i = 0; i < MAX_GENERATORS; i++) {
      expect(generators.add('/a')).not.toBeNull();
    }
    expect(generators.add('/a')).toBeNull();
  });
});

describe('a generator that cannot be sent', () => {
  it('says why, and does not stop the others', () => {
    const { clock, sender, generators } = stage();
    const fire = sender.fire.bind(sender);
    sender.fire = (address, value) => {
      if (address === '/too/long') {
        throw new Error('the address is too long');
      }
      return fire(address, value);
    };
    const wrong = made(generators, { address: '/too/long', rate: 10 });
    const right = made(generators, { address: '/fine', rate: 10 });
    generators.start(wrong);
    generators.start(right);
    clock.run(1_000);
    expect(generators.runningCount).toBe(2);
    expect(generators.counts(wrong)).toMatchObject({ sent: 0, problem: 'the address is too long' });
    expect(generators.counts(right).sent).toBeGreaterThanOrEqual(10);
    generators.stopAll();
    expect(generators.runningCount).toBe(0);
  });
});
