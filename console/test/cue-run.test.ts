import { describe, expect, test } from 'vitest';
import { Refusal } from '../src/clasp/client';
import { isMap } from '../src/clasp/values';
import { CueRun } from '../src/lib/cue-run';
import { addCue, emptyCueList, type Cue, type CueList } from '../src/lib/cues';
import { Hands, settled, StageRouter } from './stage';

const STATE = '/console/cues/show/state';

function listOf(...cues: Partial<Cue>[]): CueList {
  return cues.reduce<CueList>((list, cue) => addCue(list, list.cues.length - 1, { fade: 0, ...cue }).list, emptyCueList());
}

function stage(list: CueList) {
  const router = new StageRouter();
  const hands = new Hands((ms) => (router.micros += ms * 1000));
  const console_ = (session: string) => new CueRun(router.wire(session), STATE, list, () => {}, hands);
  return { router, hands, console_ };
}

describe('a cue list', () => {
  test('brings all values of a cue in one bundle for one time', async () => {
    const { router, hands, console_ } = stage(
      listOf({ values: [{ address: '/a', value: 1 }, { address: '/b', value: 'on' }] }),
    );
    const run = console_('s1');

    const before = router.micros;
    await run.go();
    await hands.turn(60);

    expect(router.value('/a')).toBe(1);
    expect(router.value('/b')).toBe('on');
    const sets = router.bundled.filter(({ messages }) => messages.some((message) => message.type === 'SET'));
    expect(sets).toHaveLength(1);
    expect(sets[0]!.at).toBe(before + 50_000);
    await hands.turn(200);
    expect(run.state).toMatchObject({ cue: 'q1', running: false });
    expect(router.value(STATE)).toMatchObject({ cue: 'q1', running: false });
  });

  test('has the router fade, from where the value is', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 2, values: [{ address: '/a', value: 1 }] }));
    router.write('/a', 0.25);
    const run = console_('s1');

    await run.go();
    await hands.turn(60);

    const timeline = router.played().get('/a');
    expect(isMap(timeline) && timeline['play']).toBe(true);
    expect(timeline).toMatchObject({
      keyframes: [{ time: 0n, value: 0.25 }, { time: 2_000_000n, value: 1 }],
      duration: 2_000_000n,
      start_time: BigInt(run.state.start),
    });
    expect(run.progress(run.state.start + 1_000_000)).toBeCloseTo(0.5);
  });

  test('writes at the end what the fade has not brought, and lets the router forget the timeline', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 2, values: [{ address: '/a', value: 1 }] }));
    router.write('/a', 0);
    const run = console_('s1');

    await run.go();
    await hands.turn(2_300);

    expect(router.value('/a')).toBe(1);
    expect(router.played().size).toBe(0);
    expect(run.state.running).toBe(false);
  });

  test('does not write what is there already', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 1, values: [{ address: '/a', value: 1 }] }));
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    router.write('/a', 1);
    const revision = router.stored.get('/a')!.revision;

    await hands.turn(500);

    expect(run.state.running).toBe(false);
    expect(router.stored.get('/a')!.revision).toBe(revision);
  });

  test('cuts a colour into steps, which the router would switch halfway', async () => {
    const { router, hands, console_ } = stage(
      listOf({ fade: 1, values: [{ address: '/c', value: { r: 255, g: 0, b: 0 } }] }),
    );
    router.write('/c', { r: 0, g: 0, b: 0 });
    await console_('s1').go();
    await hands.turn(60);

    const keyframes = (router.played().get('/c') as { keyframes: { value: { r: number }; easing?: string }[] }).keyframes;
    expect(keyframes.length).toBeGreaterThan(25);
    expect(keyframes[15]!.value.r).toBeGreaterThan(100);
    expect(keyframes[15]!.value.r).toBeLessThan(160);
  });

  test('two hands on GO make one step', async () => {
    const { router, hands, console_ } = stage(
      listOf({ values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    const one = console_('s1');
    const two = console_('s2');

    const went = await Promise.all([one.go(), two.go()]);
    await hands.turn(500);

    expect(went).toEqual([true, false]);
    expect(one.state.cue).toBe('q1');
    expect(two.state.cue).toBe('q1');
    expect(router.value('/a')).toBe(1);
  });

  test('who comes second with a known state is told so', async () => {
    const { hands, console_ } = stage(listOf({}, {}, {}));
    const one = console_('s1');
    const two = console_('s2');
    await one.go();
    await hands.turn(500);

    const went = await Promise.all([one.go(), two.go()]);

    expect(went).toEqual([true, false]);
    expect(two.overtaken).toBe(true);
    expect(two.state.cue).toBe('q2');
  });

  test('goes on from where another console has left it', async () => {
    const { hands, console_ } = stage(listOf({}, {}, {}));
    const one = console_('s1');
    await one.go();
    await hands.turn(500);
    one.close();

    const two = console_('s2');
    expect(two.current).toBe(0);
    expect(await two.go()).toBe(true);
    await hands.turn(500);
    expect(two.state.cue).toBe('q2');
    expect(await two.back()).toBe(true);
    expect(two.state.cue).toBe('q1');
  });

  test('an address that is refused does not keep the others', async () => {
    const { router, hands, console_ } = stage(
      listOf({ values: [{ address: '/locked', value: 1 }, { address: '/b', value: 1 }] }),
    );
    router.refusals.set('/locked', new Refusal('refused', 'LockHeld: another session holds the lock', 401, '/locked'));
    const run = console_('s1');

    await run.go();
    await hands.turn(500);

    expect(router.value('/b')).toBe(1);
    expect(router.value('/locked')).toBeUndefined();
    expect([...run.refused]).toEqual([['/locked', 'LockHeld: another session holds the lock']]);
    expect(run.state.running).toBe(false);
  });

  test('a lock that is taken between the promise and the deed is told, and the rest is said again', async () => {
    const { router, hands, console_ } = stage(
      listOf({ fade: 1, values: [{ address: '/locked', value: 1 }, { address: '/b', value: 1 }] }),
    );
    router.write('/b', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(100);
    const before = router.bundled.length;

    router.object(new Refusal('refused', 'LockHeld: another session holds the lock', 401, '/locked'));
    await settled();

    expect(run.refused.has('/locked')).toBe(true);
    expect(router.bundled.length).toBeGreaterThan(before);
    expect(router.bundled[before]!.messages.every((message) => (message as { address: string }).address !== '/locked')).toBe(true);
  });

  test('a connection that breaks in a fade loses nothing: the same is told again, with the old start', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 4, values: [{ address: '/a', value: 1 }] }));
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    const { start } = run.state;

    router.disconnect();
    await hands.turn(1_000);
    const before = router.bundled.length;
    router.connect();
    await hands.turn(10);

    expect(router.bundled.length).toBeGreaterThan(before);
    expect(router.played().get('/a')).toMatchObject({ start_time: BigInt(start), keyframes: [{ value: 0 }, { value: 1 }] });
    await hands.turn(4_000);
    expect(router.value('/a')).toBe(1);
    expect(run.state.running).toBe(false);
  });

  test('a connection that is away at the end writes the end when it is back', async () => {
    const { router, hands, console_ } = stage(
      listOf({ fade: 1, values: [{ address: '/a', value: 1 }, { address: '/b', value: 'x' }] }),
    );
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    router.disconnect();
    await hands.turn(5_000);
    expect(router.value('/a')).toBe(0);

    router.connect();
    await hands.turn(10);

    expect(router.value('/a')).toBe(1);
    expect(router.value('/b')).toBe('x');
    expect(run.state.running).toBe(false);
  });

  test('what follows goes by itself, after its time', async () => {
    const { router, hands, console_ } = stage(
      listOf({ follow: 2, values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    const run = console_('s1');
    await run.go();
    await hands.turn(2_000);
    expect(router.value('/a')).toBe(1);

    await hands.turn(500);

    expect(router.value('/a')).toBe(2);
    expect(run.state.cue).toBe('q2');
  });

  test('a delay passes before anything happens', async () => {
    const { router, hands, console_ } = stage(listOf({ delay: 3, values: [{ address: '/a', value: 1 }] }));
    const run = console_('s1');
    await run.go();

    await hands.turn(2_900);
    expect(router.value('/a')).toBeUndefined();
    expect(run.state.running).toBe(true);

    await hands.turn(500);
    expect(router.value('/a')).toBe(1);
  });

  test('stop leaves everything where it is', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 5, follow: 0, values: [{ address: '/a', value: 1 }] }));
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    expect(router.played().size).toBe(1);

    await run.stop();
    await hands.turn(10_000);

    expect(router.played().size).toBe(0);
    expect(router.value('/a')).toBe(0);
    expect(run.state).toMatchObject({ cue: 'q1', running: false });
  });

  test('stop of another console ends what this one has in hand', async () => {
    const { router, hands, console_ } = stage(listOf({ delay: 5, values: [{ address: '/a', value: 1 }] }));
    const one = console_('s1');
    const two = console_('s2');
    await one.go();
    await hands.turn(100);

    await two.stop();
    await hands.turn(10_000);

    expect(router.value('/a')).toBeUndefined();
    expect(one.state.running).toBe(false);
  });

  test('stop of another console holds what would follow, too', async () => {
    const { router, hands, console_ } = stage(
      listOf({ follow: 2, values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    const one = console_('s1');
    const two = console_('s2');
    await one.go();
    await hands.turn(500);

    await two.stop();
    await hands.turn(10_000);

    expect(router.value('/a')).toBe(1);
    expect(one.state.cue).toBe('q1');
  });

  test('stop calls off what the router has taken for the beginning', async () => {
    const { router, hands, console_ } = stage(listOf({ values: [{ address: '/a', value: 1 }] }));
    const run = console_('s1');
    await run.go();
    await hands.turn(10);
    const { start } = run.state;

    await run.stop();

    expect(router.bundled).toContainEqual({ messages: [], at: start });
  });

  test('a step whose answer was lost is carried out when the connection is back', async () => {
    const { router, hands, console_ } = stage(listOf({ values: [{ address: '/a', value: 1 }] }));
    const run = console_('s1');
    router.breaking = true;

    expect(await run.go()).toBe(false);
    await hands.turn(1_000);
    expect(router.value('/a')).toBeUndefined();
    router.connect();
    await hands.turn(500);

    expect(router.value('/a')).toBe(1);
    expect(run.state).toMatchObject({ cue: 'q1', running: false });
  });

  test('what follows comes when the connection is back, if its time came without one', async () => {
    const { router, hands, console_ } = stage(
      listOf({ follow: 2, values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    const run = console_('s1');
    await run.go();
    await hands.turn(500);
    router.disconnect();
    await hands.turn(5_000);
    expect(run.state.cue).toBe('q1');

    router.connect();
    await settled();
    await hands.turn(500);

    expect(router.value('/a')).toBe(2);
  });

  test('a connection that breaks while the end is told does not keep what follows', async () => {
    const { router, hands, console_ } = stage(
      listOf({ follow: 2, values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    const run = console_('s1');
    await run.go();
    await hands.turn(60);
    router.breaking = true;
    await hands.turn(500);
    expect(router.down).toBe(true);

    router.connect();
    await hands.turn(3_000);

    expect(router.value('/a')).toBe(2);
    expect(run.state).toMatchObject({ cue: 'q2', running: false });
  });

  test('what a router has forgotten meanwhile is written at the end', async () => {
    const { router, hands, console_ } = stage(
      listOf({ fade: 2, values: [{ address: '/a', value: 1 }, { address: '/b', value: 'x' }] }),
    );
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    expect(router.value('/b')).toBe('x');
    router.disconnect();
    router.stored.clear();
    await hands.turn(5_000);

    router.connect();
    await hands.turn(10);

    expect(router.value('/b')).toBe('x');
    expect(router.value('/a')).toBe(1);
    expect(run.state.running).toBe(false);
  });

  test('what the token allows no more writes for is written a little later', async () => {
    const { router, hands, console_ } = stage(listOf({ values: [{ address: '/a', value: 1 }] }));
    router.refusals.set('/a', new Refusal('refused', 'Rate limit exceeded: the token allows 1 writes/second to /**', 429, '/a'));
    const run = console_('s1');
    await run.go();
    await hands.turn(500);
    expect(run.refused.size).toBe(0);
    expect(run.state.running).toBe(true);

    router.refusals.clear();
    await hands.turn(1_500);

    expect(router.value('/a')).toBe(1);
    expect(run.state.running).toBe(false);
  });

  test('a console that is left brings its cue to the end, and goes no further', async () => {
    const { router, hands, console_ } = stage(
      listOf({ delay: 1, fade: 1, follow: 0, values: [{ address: '/a', value: 1 }] }, { values: [{ address: '/a', value: 2 }] }),
    );
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(500);

    run.close();
    await hands.turn(10_000);

    expect(router.value('/a')).toBe(1);
    expect(router.value(STATE)).toMatchObject({ cue: 'q1', running: false });
    expect(router.subscriptions).toBe(0);
  });

  test('what is more than the router plays for one session goes in steps, and ends exactly', async () => {
    const values = Array.from({ length: 120 }, (_, i) => ({ address: `/a/${i}`, value: 1 }));
    const { router, hands, console_ } = stage(listOf({ fade: 1, values }));
    values.forEach(({ address }) => router.write(address, 0));
    await console_('s1').go();

    await hands.turn(550);
    expect(router.played().size).toBe(80);
    expect(router.value('/a/119')).toBeGreaterThan(0.3);
    expect(router.value('/a/119')).toBeLessThan(0.7);

    await hands.turn(1_000);
    expect(values.every(({ address }) => router.value(address) === 1)).toBe(true);
  });

  const many = (name: string, count: number, value = 1) =>
    Array.from({ length: count }, (_, i) => ({ address: `/${name}/${i}`, value }));

  test('what goes in steps goes on to its end when another cue begins, unless that has it too', async () => {
    const values = many('a', 120);
    const { router, hands, console_ } = stage(
      listOf({ fade: 2, values }, { values: [{ address: '/a/119', value: 0.25 }, { address: '/b', value: 1 }] }),
    );
    values.forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    await run.go();
    await hands.turn(500);
    expect(run.state).toMatchObject({ cue: 'q2', running: false });
    expect(router.value('/a/80')).toBeGreaterThan(0.6);
    expect(router.value('/a/80')).toBeLessThan(1);

    await hands.turn(1_000);
    expect(values.slice(80, 119).every(({ address }) => router.value(address) === 1)).toBe(true);
    expect(router.value('/a/119')).toBe(0.25);
    const written = router.bundled.length;
    await hands.turn(5_000);
    expect(router.bundled.length).toBe(written);
  });

  test('what makes room for the timelines of another cue goes on to its end', async () => {
    const { router, hands, console_ } = stage(listOf({ fade: 3, values: many('a', 80) }, { fade: 1, values: many('b', 60) }));
    [...many('a', 80), ...many('b', 60)].forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    await run.go();
    await hands.turn(100);
    const played = [...router.played().keys()];
    expect(played.filter((address) => address.startsWith('/a/'))).toHaveLength(20);
    expect(played.filter((address) => address.startsWith('/b/'))).toHaveLength(60);
    expect(router.value('/a/0')).toBeGreaterThan(0.2);
    run.close();

    await hands.turn(4_000);
    expect(many('a', 60).every(({ address }) => router.value(address) === 1)).toBe(true);
    expect(router.subscriptions).toBe(0);
  });

  test('another console that goes on leaves the rest of our cue to us, and one that stops does not', async () => {
    const values = many('a', 90);
    const { router, hands, console_ } = stage(listOf({ fade: 2, values }, { fade: 1, values: [{ address: '/a/85', value: 0.25 }] }));
    values.forEach(({ address }) => router.write(address, 0));
    const one = console_('s1');
    const two = console_('s2');
    await one.go();
    await hands.turn(500);
    await two.go();
    await hands.turn(2_500);
    expect(router.value('/a/89')).toBe(1);
    expect(router.value('/a/85')).toBe(0.25);

    values.forEach(({ address }) => router.write(address, 0));
    await one.goTo('q1');
    await hands.turn(1_000);
    await two.stop();
    await hands.turn(3_000);
    expect(router.value('/a/89')).toBeGreaterThan(0.3);
    expect(router.value('/a/89')).toBeLessThan(0.7);
  });

  test('an end in steps that comes without a connection, or in too much traffic, is written later', async () => {
    const values = many('a', 90);
    const { router, hands, console_ } = stage(listOf({ fade: 1, values }, {}));
    values.forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    await hands.turn(500);
    await run.go();
    router.disconnect();
    await hands.turn(1_000);
    router.refusals.set('/a/89', new Refusal('refused', 'Rate limit exceeded: the token allows 100', 429, '/a/89'));
    router.connect();
    await hands.turn(2_500);
    expect(router.value('/a/89')).not.toBe(1);
    router.refusals.clear();
    await hands.turn(2_500);
    expect(values.slice(80).every(({ address }) => router.value(address) === 1)).toBe(true);
  });

  test('timelines that the router has no room for go in steps', async () => {
    const values = many('a', 70);
    const { router, hands, console_ } = stage(listOf({ fade: 1, values }));
    router.maxTimelines = 30;
    values.forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    await hands.turn(550);
    expect(router.played().size).toBe(30);
    expect(router.value('/a/69')).toBeGreaterThan(0.3);
    expect(router.value('/a/69')).toBeLessThan(0.7);
    await hands.turn(1_000);
    expect(run.refused.size).toBe(0);
    expect(values.every(({ address }) => router.value(address) === 1)).toBe(true);
  });

  test('so do those for which there was room when the cue was told, and not when it began', async () => {
    const values = many('a', 3);
    const { router, hands, console_ } = stage(listOf({ fade: 1, values }));
    values.forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    await hands.turn(100);
    router.object(new Refusal('refused', 'Too many timelines of this session (max 100)', 429, '/a/1'));
    await hands.turn(450);
    expect([...router.played().keys()]).toEqual(['/a/0']);
    expect(router.value('/a/2')).toBeGreaterThan(0.3);
    expect(run.refused.size).toBe(0);
  });

  test('an address that is refused does not keep stop from the others', async () => {
    const { router, hands, console_ } = stage(
      listOf({ fade: 5, values: [{ address: '/locked', value: 1 }, { address: '/a', value: 1 }] }),
    );
    router.refusals.set('/locked', new Refusal('refused', 'LockHeld: another session holds the lock', 401, '/locked'));
    router.write('/a', 0);
    const run = console_('s1');
    await run.go();
    await hands.turn(1_000);
    expect(router.played().size).toBe(1);

    await run.stop();
    expect(router.played().size).toBe(0);
    expect(run.state).toMatchObject({ cue: 'q1', running: false });
  });

  test('stop on a screen that is back ends what it had begun before it was left', async () => {
    const values = many('a', 90);
    const { router, hands, console_ } = stage(listOf({ fade: 4, values }));
    values.forEach(({ address }) => router.write(address, 0));
    const left = console_('s1');
    await left.go();
    await hands.turn(500);
    left.close();
    const back = console_('s1');
    await hands.turn(500);
    await back.stop();
    await hands.turn(6_000);
    expect(router.value('/a/89')).toBeGreaterThan(0.1);
    expect(router.value('/a/89')).toBeLessThan(0.5);
    back.close();
    expect(router.subscriptions).toBe(0);
  });

  test('stop before the answer to the beginning of a cue moves nothing in steps', async () => {
    const values = many('a', 90);
    const { router, hands, console_ } = stage(listOf({ fade: 2, values }));
    values.forEach(({ address }) => router.write(address, 0));
    const run = console_('s1');
    await run.go();
    router.onBundle = () => {
      router.onBundle = () => {};
      void run.stop();
    };
    await hands.turn(3_000);
    expect(run.state).toMatchObject({ cue: 'q1', running: false });
    expect(router.value('/a/89')).toBe(0);
  });
});
