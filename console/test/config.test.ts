import { describe, expect, it } from 'vitest';
import { sectionsOf, settingsOf } from '../src/lib/config';
import { consoleUrl, KnownRouters } from '../src/lib/known';

const setting = (value: string, changed: boolean) => ({
  value,
  standard: '',
  origin: changed ? 'clasp.yaml, line 3' : 'default',
  changed,
  live: true,
  description: 'What it does.',
});

describe('settings', () => {
  const all = settingsOf({
    'server.port': setting('7330', false),
    'server.limits.max_sessions': setting('200', true),
    'server.limits.loopback': setting('false', false),
  });

  it('come in sections', () => {
    expect(sectionsOf(all, false, '').map((s) => [s.name, s.settings.length])).toEqual([
      ['', 1],
      ['limits', 2],
    ]);
  });

  it('are found by what they say and where', () => {
    expect(sectionsOf(all, true, '').flatMap((s) => s.settings.map((x) => x.key))).toEqual(['limits.max_sessions']);
    expect(sectionsOf(all, false, 'yaml 200')).toHaveLength(1);
    expect(sectionsOf(all, false, 'nothing')).toEqual([]);
  });
});

class Memory implements Partial<Storage> {
  readonly texts = new Map<string, string>();
  getItem(key: string) {
    return this.texts.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.texts.set(key, value);
  }
}

describe('routers that are known', () => {
  it('have the address of their console', () => {
    expect(consoleUrl('stage.local')).toBe('http://stage.local:7330/');
    expect(consoleUrl(' ws://stage.local:8000/clasp ')).toBe('http://stage.local:8000/');
    expect(consoleUrl('wss://stage.local')).toBe('https://stage.local/');
    expect(consoleUrl('http://stage.local/')).toBe('http://stage.local/');
    expect(consoleUrl('ws://stage.local:80')).toBe('http://stage.local/');
    expect(consoleUrl('ws://[fe80::1]')).toBe('http://[fe80::1]:7330/');
    expect(consoleUrl('https://user:secret@stage.local/x/?token=1#y')).toBe('https://stage.local/x/');
    expect(consoleUrl('javascript:alert(1)')).toBeNull();
    expect(consoleUrl('')).toBeNull();
  });

  it('are kept, once each, and without what does not belong there', () => {
    const memory = new Memory();
    const open = () => new KnownRouters(() => memory as unknown as Storage);
    const routers = open();
    expect(routers.add('B', 'b.local')).toBe(true);
    expect(routers.add('A', 'a.local')).toBe(true);
    expect(routers.add('B again', 'ws://b.local:7330')).toBe(true);
    expect(routers.add('x', 'ftp://x')).toBe(false);
    expect(open().list.map((r) => r.name)).toEqual(['A', 'B again']);
    routers.remove('http://a.local:7330/');
    expect(open().list).toHaveLength(1);
    memory.setItem('clasp-routers', '[{"name":"x","url":"javascript:1"},7,null]');
    expect(open().list).toEqual([]);
    memory.setItem('clasp-routers', 'no JSON');
    expect(open().list).toEqual([]);
  });

  it('are known until the page is left where there is no storage', () => {
    const routers = new KnownRouters(() => {
      throw new Error('no storage here');
    });
    expect(routers.add('a', 'a.local')).toBe(true);
    expect(routers.list).toHaveLength(1);
  });
});
