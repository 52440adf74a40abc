import { describe, expect, test } from 'vitest';
import { Editing } from '../src/lib/editing.svelte';
import { Conflict, isName, Shelf } from '../src/lib/shelf';
import { memoryStorage, StageRouter } from './stage';

const PREFIX = '/console/layouts';

function shelfOf(router: StageRouter, session: string, storage = memoryStorage()): Shelf {
  const shelf = new Shelf(router.wire(session), PREFIX, () => storage, () => {});
  shelf.open();
  return shelf;
}

describe('the shelf', () => {
  test('shows to everybody what one saves', async () => {
    const router = new StageRouter();
    const one = shelfOf(router, 's1');
    const two = shelfOf(router, 's2');

    await one.save('stage', 'text', 0);

    expect(two.entries.get('stage')).toEqual({ name: 'stage', text: 'text', revision: 1 });
    expect(shelfOf(router, 's3').entries.get('stage')?.text).toBe('text');
  });

  test('nobody overwrites what he has not seen', async () => {
    const router = new StageRouter();
    const one = shelfOf(router, 's1');
    const two = shelfOf(router, 's2');
    const base = await one.save('stage', 'first', 0);

    await two.save('stage', 'second', base);

    await expect(one.save('stage', 'third', base)).rejects.toBeInstanceOf(Conflict);
    expect(router.value(`${PREFIX}/stage`)).toBe('second');
  });

  test('the router decides when both are as fast', async () => {
    const router = new StageRouter();
    const one = shelfOf(router, 's1');
    const two = shelfOf(router, 's2');
    const base = await one.save('stage', 'first', 0);

    const saved = await Promise.allSettled([one.save('stage', 'a', base), two.save('stage', 'b', base)]);

    expect(saved.map((each) => each.status)).toEqual(['fulfilled', 'rejected']);
    expect(router.value(`${PREFIX}/stage`)).toBe('a');
  });

  test('a new document does not take the place of one of the same name', async () => {
    const router = new StageRouter();
    await shelfOf(router, 's1').save('stage', 'first', 0);
    await expect(shelfOf(router, 's2').save('stage', 'mine', 0)).rejects.toBeInstanceOf(Conflict);
  });

  test('what was removed is gone for everybody, and its name is free', async () => {
    const router = new StageRouter();
    const one = shelfOf(router, 's1');
    const two = shelfOf(router, 's2');
    await one.save('stage', 'first', 0);

    await two.remove('stage');

    expect(one.entries.has('stage')).toBe(false);
    await one.save('stage', 'again', 0);
    expect(two.entries.get('stage')?.text).toBe('again');
  });

  test('keeps copies of what a router without memory has lost', async () => {
    const storage = memoryStorage();
    const router = new StageRouter();
    const one = shelfOf(router, 's1', storage);
    await one.save('stage', 'mine', 0);
    expect(one.lost()).toEqual([]);

    router.disconnect();
    router.stored.clear();
    router.connect();

    expect(one.entries.has('stage')).toBe(false);
    expect(one.lost()).toMatchObject([{ name: 'stage', text: 'mine' }]);
    await one.save('stage', one.lost()[0]!.text, 0);
    expect(one.lost()).toEqual([]);
  });

  test('a document that appears while the connection begins anew stays', async () => {
    const router = new StageRouter();
    const one = shelfOf(router, 's1');
    await one.save('old', 'text', 0);
    router.disconnect();
    router.stored.delete(`${PREFIX}/old`);
    router.stored.set(`${PREFIX}/new`, { value: 'text', revision: 1 });
    router.connect();
    expect([...one.entries.keys()]).toEqual(['new']);
  });

  test('knows a name', () => {
    expect(['stage', 'Bühne links', '1.2'].every(isName)).toBe(true);
    expect(['', ' x', 'a/b', 'a*', '..', 'x'.repeat(65), 'a\u0000'].some(isName)).toBe(false);
  });
});

describe('a document that is changed', () => {
  const plain = { decode: (text: string) => text, encode: (text: string) => text };

  test('is saved once however often somebody asks at once, and then again for what is new', async () => {
    const router = new StageRouter();
    const shelf = shelfOf(router, 's1');
    const base = await shelf.save('stage', 'first', 0);
    const editing = new Editing(shelf, 'stage', 'first', base, plain);
    editing.change('second');

    expect(await Promise.all([editing.save(), editing.save()])).toEqual([true, true]);

    expect(router.stored.get(`${PREFIX}/stage`)).toEqual({ value: 'second', revision: base + 1 });
    expect([editing.problem, editing.dirty, editing.base]).toEqual(['', false, base + 1]);

    editing.change('third');
    const first = editing.save();
    // Until it is on its way.
    await Promise.resolve();
    editing.change('fourth');
    expect(await Promise.all([first, editing.save()])).toEqual([true, true]);
    expect(router.stored.get(`${PREFIX}/stage`)).toEqual({ value: 'fourth', revision: base + 3 });
    expect(editing.overtaken(shelf.entries.get('stage'))).toBe(false);
  });
});
