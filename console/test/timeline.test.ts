import { describe, expect, test } from 'vitest';
import { Refusal } from '../src/clasp/client';
import { between, blends, eased, glides } from '../src/lib/easing';
import { Playhead } from '../src/lib/playhead';
import { Recorder } from '../src/lib/recorder';
import { bundles } from '../src/lib/sending';
import {
  addTrack,
  changeKey,
  decodeTimeline,
  emptyTimeline,
  encodeTimeline,
  positionAt,
  putKey,
  rangeOf,
  recorded,
  removeKey,
  setLength,
  snapped,
  thinned,
  valueAt,
  wireKeyframes,
  type Key,
  type Timeline,
} from '../src/lib/timeline';
import { Hands, settled, StageRouter } from './stage';

const key = (time: number, value: Key['value'], easing: Key['easing'] = 'linear'): Key => ({ time, value, easing });

function sample(): Timeline {
  let timeline = addTrack({ ...emptyTimeline('intro'), length: 1000 }, '/a');
  timeline = putKey(timeline, 0, key(0, 0));
  timeline = putKey(timeline, 0, key(1000, 1));
  return timeline;
}

describe('easing', () => {
  // The values of wire.md 7.4, for 0 to 100 at 0.1, 0.25, 0.5 and 0.75.
  test.each([
    ['ease-in', undefined, [1, 6.25, 25, 56.25]],
    ['ease-out', undefined, [19, 43.75, 75, 93.75]],
    ['ease-in-out', undefined, [2, 12.5, 50, 87.5]],
    ['cubic-bezier', [0.42, 0, 0.58, 1], [1.972245354831, 12.916193104732, 50, 87.083806895268]],
    ['cubic-bezier', [0.25, 0.1, 0.25, 1], [9.479630571604, 40.85105913554, 80.240338758486, 96.045897834897]],
    ['cubic-bezier', undefined, [10, 25, 50, 75]],
    ['step', undefined, [0, 0, 0, 0]],
  ] as const)('%s is that of the router', (easing, bezier, expected) => {
    expect([0.1, 0.25, 0.5, 0.75].map((t) => 100 * eased(easing, t, bezier))).toEqual(
      expected.map((value) => expect.closeTo(value, 9)),
    );
  });

  test('between two values', () => {
    expect(between(0, 1, 0.25)).toBe(0.25);
    expect(between(0n, 10n, 0.55)).toBe(5n);
    expect(between([0, 10], [10, 0], 0.5)).toEqual([5, 5]);
    expect(between({ r: 0, g: 255 }, { r: 100, g: 255 }, 0.5)).toEqual({ r: 50, g: 255 });
    expect(between('a', 'b', 0.49)).toBe('a');
    expect(between(1, 2n, 0.5)).toBe(2n);
    expect(glides(1, 2n)).toBe(false);
    expect(blends({ r: 1 }, { r: 2, g: 3 })).toBe(false);
  });
});

describe('a timeline', () => {
  test('comes back as it was saved', () => {
    let timeline = sample();
    timeline = changeKey(timeline, 0, 0, { easing: 'cubic-bezier', bezier: [0.1, 0, 0.9, 1] }).timeline;
    timeline = putKey(addTrack(timeline, '/b'), 1, key(500, { r: 1n, g: 0.5 }, 'step'));
    expect(decodeTimeline(encodeTimeline(timeline))).toEqual(timeline);
  });

  test.each([
    ['tracks of one address', { tracks: [{ address: '/a', keys: [] }, { address: '/a', keys: [] }] }, /two tracks/],
    ['a time', { tracks: [{ address: '/a', keys: [{ t: -1, v: 0 }] }] }, /tracks\[0\]\.keys\[0\]\.t/],
    ['a length', { length: 1e12, tracks: [] }, /length/],
    ['an easing', { tracks: [{ address: '/a', keys: [{ t: 0, v: 0, e: 'bounce' }] }] }, /e must be one of/],
    ['a curve', { tracks: [{ address: '/a', keys: [{ t: 0, v: 0, bezier: [1, 'x', 0, 0] }] }] }, /four numbers/],
    ['many tracks', { tracks: Array(65).fill({ address: '/a', keys: [] }) }, /at most 64/],
  ])('refuses %s with a sentence', (_, given, sentence) => {
    expect(() => decodeTimeline(JSON.stringify({ format: 'clasp-timeline', version: 1, length: 1000, ...given }))).toThrow(sentence);
  });

  test('has at each time the value that the router will write', () => {
    const keys = [key(100, 0), key(200, 10, 'step'), key(300, 20)];
    expect([0, 100, 150, 200, 299, 300, 900].map((time) => valueAt(keys, time))).toEqual([0, 0, 5, 10, 10, 20, 20]);
    expect(valueAt([], 5)).toBeUndefined();
  });

  test('keyframes stay between their neighbours', () => {
    const timeline = putKey(sample(), 0, key(500, 0.5));
    expect(changeKey(timeline, 0, 500, { time: 5000 })).toMatchObject({ time: 999 });
    expect(changeKey(timeline, 0, 500, { time: -5 })).toMatchObject({ time: 1 });
    expect(changeKey(timeline, 0, 0, { time: -5 })).toMatchObject({ time: 0 });
    expect(removeKey(timeline, 0, 500)).toEqual(sample());
    expect(setLength(timeline, 600).tracks[0]!.keys.map((each) => each.time)).toEqual([0, 500]);
    expect(snapped(149, 100)).toBe(100);
    expect(rangeOf([key(0, -5), key(1, 5)])).toEqual([-5, 5]);
  });

  test('loops, or stays at its end', () => {
    const timeline = sample();
    expect(positionAt(timeline, 0, 2_500_000)).toBe(1000);
    expect(positionAt({ ...timeline, loop: true }, 0, 2_500_000)).toBe(500);
    expect(positionAt(timeline, 5_000_000, 0)).toBe(0);
  });

  test('numbers are sent as they are, colours in steps that the router switches', () => {
    expect(wireKeyframes([key(0, 0, 'ease-in'), key(1000, 1)])).toEqual([
      { time: 0, value: 0, easing: 'ease-in' },
      { time: 1_000_000, value: 1 },
    ]);
    const colours = wireKeyframes([key(0, { r: 0 }), key(1000, { r: 30 })]);
    expect(colours.length).toBe(32);
    expect(colours[0]).toEqual({ time: 0, value: { r: 0 }, easing: 'step' });
    expect(colours.at(-1)).toEqual({ time: 1_000_000, value: { r: 30 } });
    const long = wireKeyframes(Array.from({ length: 100 }, (_, i) => key(i * 60_000, { r: i })));
    expect(long.length).toBeLessThanOrEqual(700);
    expect(long.every((each, i) => i === 0 || each.time > long[i - 1]!.time)).toBe(true);
  });
});

describe('a recording', () => {
  test('of a straight way is two keyframes', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ time: i * 10, value: i / 100 }));
    expect(thinned(samples).map((each) => each.time)).toEqual([0, 990]);
  });

  test('keeps corners, and is nowhere further off than allowed', () => {
    const samples = Array.from({ length: 400 }, (_, i) => ({ time: i * 10, value: Math.sin(i / 30) }));
    const keys = thinned(samples, 0.02);
    expect(keys.length).toBeLessThan(60);
    for (const { time, value } of samples) {
      expect(Math.abs((valueAt(keys, time) as number) - value)).toBeLessThanOrEqual(0.04 + 1e-9);
    }
  });

  test('of switches keeps each change once', () => {
    const samples = [true, true, false, false, true].map((value, i) => ({ time: i, value }));
    expect(thinned(samples)).toEqual([key(0, true, 'step'), key(2, false, 'step'), key(4, true, 'step')]);
  });

  test('notes what comes with its time, and takes the place of what was there', () => {
    const router = new StageRouter();
    let now = 0;
    router.write('/a', 0.5);
    const recorder = new Recorder(router.wire('s1'), ['/a'], 200, () => now);
    now = 100;
    router.write('/a', 1);
    now = 300;
    router.write('/a', 0);
    expect(recorder.position()).toBe(500);
    const samples = recorder.stop().get('/a')!;
    expect(samples).toEqual([
      { time: 200, value: 0.5 },
      { time: 300, value: 1 },
      { time: 500, value: 0 },
    ]);
    const timeline = recorded(putKey(sample(), 0, key(400, 9)), 0, thinned(samples), 200, 500);
    expect(timeline.tracks[0]!.keys.map((each) => [each.time, each.value])).toEqual([[0, 0], [200, 0.5], [300, 1], [500, 0], [1000, 1]]);
  });
});

describe('the playhead', () => {
  const STATE = '/console/timelines/intro/state';

  function stage() {
    const router = new StageRouter();
    const hands = new Hands((ms) => (router.micros += ms * 1000));
    const playhead = (session: string, timeline = sample()) =>
      new Playhead(router.wire(session), STATE, timeline, () => {}, hands);
    return { router, hands, playhead };
  }

  test('has the router play all tracks from one start, and tells where it is', async () => {
    const { router, hands, playhead } = stage();
    const timeline = putKey(addTrack(sample(), '/b'), 1, key(0, 'x'));
    const one = playhead('s1', timeline);
    const two = playhead('s2', timeline);

    await one.play();

    const played = router.played();
    expect([...played.keys()]).toEqual(['/a', '/b']);
    expect(new Set([...played.values()].map((value) => (value as { start_time: bigint }).start_time)).size).toBe(1);
    await hands.turn(560);
    expect(two.state.playing).toBe('playing');
    expect(two.position()).toBeCloseTo(500, 0);
  });

  test('a hand that lets go without a connection is made up for when there is one', async () => {
    const { router, playhead } = stage();
    const one = playhead('s1');
    router.disconnect();
    one.scrub(500);
    await one.scrubEnd();
    expect(router.value('/a')).toBeUndefined();

    router.connect();
    await settled();

    expect(router.value('/a')).toBe(0.5);
    expect(router.value(STATE)).toMatchObject({ playing: 'paused', position: 500 });
  });

  test('pauses, goes on from there, and stops', async () => {
    const { router, hands, playhead } = stage();
    const one = playhead('s1');
    await one.play();
    await hands.turn(460);
    await one.pause();
    expect(router.played().size).toBe(0);
    expect(one.position()).toBeCloseTo(400, 0);
    await hands.turn(5000);
    expect(one.position()).toBeCloseTo(400, 0);

    await one.play();
    const start = Number((router.played().get('/a') as { start_time: bigint }).start_time);
    expect(router.micros - start).toBeCloseTo(340_000, -3);
    await one.stop();
    expect(one.position()).toBe(0);
    expect(router.value(STATE)).toMatchObject({ playing: 'stopped' });
  });

  test('lets the router forget what has ended', async () => {
    const { router, hands, playhead } = stage();
    const one = playhead('s1');
    await one.play();
    await hands.turn(3000);
    expect(router.played().size).toBe(0);
    expect(one.running()).toBe(false);
    expect(one.position()).toBe(1000);
  });

  test('another console can stop what this one plays', async () => {
    const { router, playhead } = stage();
    const one = playhead('s1');
    await one.play();
    await playhead('s2').stop();
    expect(router.played().size).toBe(0);
    expect(one.running()).toBe(false);
  });

  test('writes what is under a hand on it, and the last of it confirmed', async () => {
    const { router, playhead } = stage();
    const one = playhead('s1');
    one.scrub(250);
    expect(router.value('/a')).toBe(0.25);
    one.scrub(500);
    await one.scrubEnd();
    expect(router.value('/a')).toBe(0.5);
    expect(one.position()).toBe(500);
    expect(one.state.playing).toBe('paused');
  });

  test('a track that is refused is named, and does not keep the others', async () => {
    const { router, playhead } = stage();
    const timeline = putKey(addTrack(sample(), '/b'), 1, key(0, 'x'));
    router.refusals.set('/b', new Refusal('refused', 'Too many timelines of this session (max 100)', 429, '/b'));
    const one = playhead('s1', timeline);
    await one.play();
    expect([...router.played().keys()]).toEqual(['/a']);
    expect(one.running()).toBe(true);
    expect(one.problem).toBe('/b: Too many timelines of this session (max 100)');

    router.refusals.set('/a', new Refusal('refused', 'LockHeld', 401, '/a'));
    await one.stop();
    expect(one.state.playing).toBe('stopped');
    await one.play();
    expect(one.state.playing).toBe('stopped');
    expect(one.problem).toContain('/a: LockHeld');
  });

  test('that is held when its end comes stays where the hand is', async () => {
    const { router, hands, playhead } = stage();
    const one = playhead('s1');
    await one.play();
    await hands.turn(900);
    one.scrub(250);
    await hands.turn(3_000);
    expect(one.position()).toBe(250);
    expect(router.value(STATE)).toMatchObject({ playing: 'playing' });
    await one.scrubEnd();
    expect(router.value(STATE)).toMatchObject({ playing: 'paused', position: 250 });
    expect(router.value('/a')).toBe(0.25);
  });

  test('that is taken in hand while its end is told stays where the hand is', async () => {
    const { router, hands, playhead } = stage();
    const one = playhead('s1');
    await one.play();
    const bundled = router.bundled.length;
    // The moment at which the router has forgotten the timelines, and nobody has been told.
    router.onBundle = () => one.scrub(250);
    await hands.turn(3_000);
    expect(router.bundled.length).toBe(bundled + 1);
    router.onBundle = () => {};
    await one.scrubEnd();
    expect(router.value(STATE)).toMatchObject({ playing: 'paused', position: 250 });
  });

  test('says what the router objects to', async () => {
    const { router, playhead } = stage();
    router.down = true;
    const one = playhead('s1');
    await one.play();
    await settled();
    expect(one.problem).toContain('no connection');
    expect(one.running()).toBe(false);
  });
});

test('bundles are as large as the router takes them', () => {
  const many = Array.from({ length: 1200 }, (_, i) => ({ type: 'SET' as const, address: `/a/${i}`, value: 'x'.repeat(100) }));
  const cut = bundles(many);
  expect(cut.flat()).toEqual(many);
  expect(cut.every((bundle) => bundle.length <= 500)).toBe(true);
  expect(bundles([])).toEqual([]);
});
