import { describe, expect, test } from 'vitest';
import { Refusal } from '../src/clasp/client';
import { Board } from '../src/lib/board';
import { STALE_MS, Touch } from '../src/lib/touch';
import { settled, StageRouter } from './stage';

function stage(address = '/fader') {
  const router = new StageRouter();
  const frames: (() => void)[] = [];
  const board = new Board(router.wire('s1'), { request: (callback) => void frames.push(callback) });
  const drawn: unknown[] = [];
  const touch = board.bind(address, (t) => drawn.push(t.value));
  const frame = () => frames.splice(0).forEach((callback) => callback());
  return { router, board, touch, drawn, frame };
}

describe('a control', () => {
  test('shows what others write, once a frame', () => {
    const { router, touch, drawn, frame } = stage();
    router.write('/fader', 0.1);
    router.write('/fader', 0.2);
    router.write('/fader', 0.3);
    expect(drawn).toEqual([]);

    frame();

    expect(drawn).toEqual([0.3]);
    expect(touch.value).toBe(0.3);
  });

  test('writes while it is moved once a frame, and the last value confirmed', async () => {
    const { router, touch, frame } = stage();
    touch.press();
    touch.move(0.1);
    touch.move(0.2);
    frame();
    touch.move(0.4);
    frame();
    expect(router.stored.get('/fader')).toEqual({ value: 0.4, revision: 2 });

    touch.move(0.5);
    touch.release();
    await settled();

    expect(router.value('/fader')).toBe(0.5);
    expect(touch.pending).toBe(false);
  });

  test('does not move under the finger; what others wrote while it was held gives way to what is let go', async () => {
    const { router, touch, frame } = stage();
    touch.press();
    touch.move(0.5);
    frame();

    router.write('/fader', 0.9);
    frame();
    expect(touch.value).toBe(0.5);
    touch.release();
    await settled();

    expect(router.value('/fader')).toBe(0.5);
    expect(touch.value).toBe(0.5);
  });

  test('shows what others wrote after its last value', async () => {
    const { router, touch } = stage();
    touch.write(0.5);
    await settled();
    router.write('/fader', 0.7);
    expect(touch.value).toBe(0.7);
  });

  test('shows why it was refused, and what the router has', async () => {
    const { router, touch, frame } = stage();
    router.write('/fader', 0.25);
    router.refusals.set('/fader', new Refusal('refused', 'LockHeld: another session holds the lock', 401, '/fader'));

    touch.write(0.8);
    expect(touch.value).toBe(0.8);
    await settled();
    frame();

    expect(touch.problem).toEqual({ code: 401, message: 'LockHeld: another session holds the lock' });
    expect(touch.value).toBe(0.25);

    router.refusals.clear();
    touch.write(0.9);
    await settled();
    expect(touch.problem).toBeNull();
    expect(router.value('/fader')).toBe(0.9);
  });

  test('a value that could not be sent is written when the connection is back', async () => {
    const { router, touch } = stage();
    touch.press();
    router.disconnect();
    touch.move(0.6);
    touch.release();
    await settled();
    expect(touch.pending).toBe(true);
    expect(touch.value).toBe(0.6);

    router.connect();
    await settled();

    expect(router.value('/fader')).toBe(0.6);
    expect(touch.pending).toBe(false);
  });

  test('of values that come while one is on its way the newest follows', async () => {
    const { router, touch } = stage();
    touch.write(0.1);
    touch.write(0.2);
    touch.write(0.3);
    await settled();
    expect(router.stored.get('/fader')).toEqual({ value: 0.3, revision: 2 });
  });

  test('two controls of one address show the same', () => {
    const { router, board, touch, frame } = stage();
    router.write('/fader', 0.4);
    const other = board.bind('/fader', () => {});
    expect(other.value).toBe(0.4);
    touch.press();
    touch.move(0.6);
    frame();
    expect(other.value).toBe(0.6);
  });

  test('a control that leaves without a connection writes its last value when there is one', async () => {
    const { router, board, touch } = stage();
    touch.press();
    router.disconnect();
    touch.move(0.6);
    board.unbind(touch);
    await settled();
    expect(router.value('/fader')).toBeUndefined();

    router.connect();
    await settled();

    expect(router.value('/fader')).toBe(0.6);
    expect(touch.pending).toBe(false);
  });

  test('a layout that is left without a connection writes its last values when there is one', async () => {
    const { router, board, touch } = stage();
    router.disconnect();
    touch.write(0.6);
    board.close();
    await settled();

    router.connect();
    await settled();

    expect(router.value('/fader')).toBe(0.6);
  });

  test('a control that comes back before its value was written still has it, and the newest counts', async () => {
    const { router, board, touch, frame } = stage();
    router.disconnect();
    touch.write(0.6);
    await settled();
    board.unbind(touch);
    const shown: unknown[] = [];

    const again = board.bind('/fader', (t) => shown.push(t.value));
    frame();
    expect(shown).toEqual([0.6]);
    again.write(0.8);
    router.connect();
    await settled();

    expect(router.value('/fader')).toBe(0.8);
  });

  test('a control that has left is forgotten when its value is written', async () => {
    const { router, board, touch } = stage();
    touch.write(0.6);
    board.unbind(touch);
    await settled();

    router.write('/fader', 0.9);

    expect(touch.value).toBe(0.6);
  });

  test('what the token allows no more writes for is written a little later', async () => {
    const router = new StageRouter();
    const touch = new Touch('/fader', router.wire('s1'), () => {});
    router.refusals.set('/fader', new Refusal('refused', 'Rate limit exceeded: the token allows 20 writes/second to /**', 429, '/fader'));
    touch.write(0.6);
    await settled();
    expect(touch.stalled).toBe(true);
    expect(touch.value).toBe(0.6);
    expect(touch.problem?.code).toBe(429);

    router.refusals.clear();
    touch.online();
    await settled();

    expect(router.value('/fader')).toBe(0.6);
    expect(touch.problem).toBeNull();
  });

  test('an old value is not made up for, but the off of a button that was held is', async () => {
    const router = new StageRouter();
    let now = 0;
    const touch = (address: string) => new Touch(address, router.wire('s1'), () => {}, () => now);
    const fader = touch('/fader');
    const flash = touch('/flash');
    router.disconnect();
    fader.write(0.6);
    flash.write(0, true);
    await settled();

    now = STALE_MS + 1;
    router.connect();
    fader.online();
    flash.online();
    await settled();

    expect(fader.pending).toBe(false);
    expect(router.value('/fader')).toBeUndefined();
    expect(router.value('/flash')).toBe(0);
  });

  test('a layout that is left writes what is still held', async () => {
    const { router, board, touch } = stage();
    touch.press();
    touch.move(0.6);
    board.close();
    await settled();
    expect(router.value('/fader')).toBe(0.6);
  });
});
