import { describe, expect, test, vi } from 'vitest';
import { Choice } from '../src/lib/choices';
import { KeyCommands, type KeyActions } from '../src/lib/keys';
import { Notices } from '../src/lib/notices.svelte';
import { fit, ranked } from '../src/lib/palette';
import { Questions } from '../src/lib/questions.svelte';
import { hashOf, routeOf } from '../src/lib/route';
import { SCREENS } from '../src/lib/screens';

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
}

describe('notices', () => {
  test('what is done goes by itself, a refusal stays', () => {
    const waiting: (() => void)[] = [];
    const notices = new Notices((what) => waiting.push(what));
    notices.say('saved');
    notices.say('no', 'refused');
    expect(notices.list.map((n) => n.text)).toEqual(['saved', 'no']);
    waiting.forEach((what) => what());
    expect(notices.list.map((n) => n.text)).toEqual(['no']);
    notices.dismiss(notices.list[0]!.id);
    expect(notices.list).toEqual([]);
  });

  test('the same again is counted, and too many push out the oldest', () => {
    const notices = new Notices(() => {});
    notices.say('no', 'refused');
    notices.say('no', 'refused');
    expect(notices.list).toMatchObject([{ text: 'no', times: 2 }]);
    for (let i = 0; i < 10; i++) {
      notices.say(`no ${i}`, 'refused');
    }
    expect(notices.list.map((n) => n.text)).toEqual(['no 6', 'no 7', 'no 8', 'no 9']);
  });

  test('a long answer is cut', () => {
    const notices = new Notices(() => {});
    notices.say('x'.repeat(10_000));
    expect(notices.list[0]!.text.length).toBeLessThan(500);
  });
});

describe('questions', () => {
  const question = { title: 'Remove?', text: 'It is gone then.', action: 'Remove' };

  test('who asks gets the answer', async () => {
    const questions = new Questions();
    const answer = questions.ask(question);
    expect(questions.open).toEqual(question);
    questions.answer(true);
    expect(await answer).toBe(true);
    expect(questions.open).toBeNull();
  });

  test('the next question answers the one before with no', async () => {
    const questions = new Questions();
    const first = questions.ask(question);
    const second = questions.ask({ ...question, title: 'Really?' });
    expect(await first).toBe(false);
    expect(questions.open?.title).toBe('Really?');
    questions.answer(false);
    expect(await second).toBe(false);
  });
});

describe('choices', () => {
  test('are kept', () => {
    const place = storage();
    new Choice('k', ['a', 'b'], () => place).set('b');
    expect(new Choice('k', ['a', 'b'], () => place).get()).toBe('b');
  });

  test('what is not possible is not believed', () => {
    const place = storage();
    place.setItem('k', 'c');
    expect(new Choice('k', ['a', 'b'], () => place).get()).toBe('a');
  });

  test('hold without storage too', () => {
    const choice = new Choice('k', ['a', 'b'], () => {
      throw new Error('denied');
    });
    choice.set('b');
    expect(choice.get()).toBe('b');
  });
});

describe('the palette', () => {
  test('the start counts more than the middle, letters in order count least', () => {
    expect(fit('Lighting', 'li')).toBeGreaterThan(fit('Timelines & cues', 'li'));
    expect(fit('Timelines & cues', 'cu')).toBeGreaterThan(fit('Focus', 'cu'));
    expect(fit('Focus', 'cu')).toBeGreaterThan(fit('Layouts', 'lts'));
    expect(fit('Layouts', 'lts')).toBeGreaterThan(0);
    expect(fit('Layouts', 'stl')).toBe(0);
  });

  test('all are there before anything is typed, in their order', () => {
    const entries = ['b', 'a'].map((label) => ({ label, detail: '', run: () => {} }));
    expect(ranked(entries, ' ').map((e) => e.label)).toEqual(['b', 'a']);
  });
});

describe('keys', () => {
  let time = 0;
  let single = true;
  const actions = { goTo: vi.fn(), filter: vi.fn(), pause: vi.fn(), help: vi.fn(), find: vi.fn() } satisfies KeyActions;
  const keys = new KeyCommands(actions, () => single, () => time);
  const press = (key: string, more: Partial<KeyboardEvent> = {}) => {
    const event = { key, target: null, preventDefault: vi.fn(), ...more };
    keys.pressed(event as unknown as KeyboardEvent);
    return event;
  };

  test('each screen has a key of its own that no command has', () => {
    expect(new Set(SCREENS.map((s) => s.key)).size).toBe(SCREENS.length);
    expect(SCREENS.map((s) => s.key)).not.toContain('g');
  });

  test('G and a letter goes to a screen, when it comes soon', () => {
    press('g');
    press('m');
    expect(actions.goTo).toHaveBeenLastCalledWith('monitor');
    actions.goTo.mockClear();
    press('g');
    time += 5_000;
    press('m');
    expect(actions.goTo).not.toHaveBeenCalled();
  });

  test('what is typed into a box belongs to the box', () => {
    press('.', { target: { tagName: 'INPUT', type: 'text' } as unknown as HTMLElement });
    expect(actions.pause).not.toHaveBeenCalled();
    press('.', { target: { tagName: 'INPUT', type: 'checkbox' } as unknown as HTMLElement });
    expect(actions.pause).toHaveBeenCalledOnce();
  });

  test('Ctrl K finds, also from a box and with single keys off', () => {
    single = false;
    const event = press('k', { ctrlKey: true, target: { tagName: 'INPUT', type: 'text' } as unknown as HTMLElement });
    expect(actions.find).toHaveBeenCalledOnce();
    expect(event.preventDefault).toHaveBeenCalledOnce();
    press('?');
    expect(actions.help).not.toHaveBeenCalled();
    single = true;
    press('?');
    expect(actions.help).toHaveBeenCalledOnce();
  });
});

test('an address in the address bar comes back as it was', () => {
  for (const rest of ['', 'stage left', '/lights/1/ä b', 'a/b%c']) {
    expect(routeOf(hashOf('live', rest))).toEqual({ screen: 'live', rest });
  }
  expect(routeOf('#/%E0%A4%A/x')).toEqual({ screen: '%E0%A4%A', rest: 'x' });
});
