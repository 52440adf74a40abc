import { describe, expect, it } from 'vitest';
import type { Client } from '../src/clasp';
import { check } from '../src/lib/health';
import { Refused } from '../src/lib/api';

describe('health', () => {
  const client = { ping: async () => 1 } as Pick<Client, 'ping'>;
  let time = 0;
  const now = () => (time += 5);
  const api = (answers: Record<string, unknown>) => {
    const of = async (path: string): Promise<never> => {
      const answer = answers[path];
      if (answer instanceof Error) {
        throw answer;
      }
      return answer as never;
    };
    return { get: of, text: of };
  };

  it('says what a probe says, well or not', async () => {
    const ready = '{"status":"ready","version":"1","checks":{"loops":"ok","state":"ok"}}';
    expect(await check('ready', api({ 'ready?verbose': ready }), client, now)).toEqual({ state: 'ok', lines: ['ready', 'loops: ok', 'state: ok'], took: 5 });
    const sick = new Refused('{"status":"not ready","checks":{"state":"cannot be written"}}', 503);
    expect(await check('ready', api({ 'ready?verbose': sick }), client, now)).toMatchObject({ state: 'bad', lines: ['not ready', 'state: cannot be written'] });
    expect(await check('health', api({ 'health?verbose': new Refused('') }), client, now)).toMatchObject({ state: 'bad', lines: ['no answer'] });
  });

  it('tells a token that may not see from a part that is not well', async () => {
    expect(await check('info', api({ 'admin/v1/info': new Refused('a token is needed', 403) }), client, now)).toMatchObject({ state: 'forbidden', lines: ['a token is needed'] });
    expect(await check('metrics', api({ metrics: new Refused('gone', 500) }), client, now)).toMatchObject({ state: 'bad', lines: ['gone'] });
  });

  it('looks into what an administrator may see', async () => {
    const status = { name: 'R', version: '1', sessions: [1, 2], parameters: 3, dropped: 4, loops: [{ delaySeconds: 0.002, stuck: true }] };
    const found = await check('status', api({ 'api/status': status }), client, now);
    expect(found.state).toBe('bad');
    expect(found.lines).toEqual(['R 1', '2 sessions, 3 parameters', 'event loops waited 2.0 ms at most', '1 event loops are stuck', '4 values dropped for slow sessions']);
    const bridges = { bridges: [{ name: 'desk', protocol: 'osc', state: 'failed', last_error: 'port is taken' }] };
    expect(await check('bridges', api({ 'admin/v1/bridges': bridges }), client, now)).toMatchObject({ state: 'bad', lines: ['desk (osc): failed, port is taken'] });
    expect(await check('bridges', api({ 'admin/v1/bridges': { bridges: [] } }), client, now)).toMatchObject({ state: 'ok', lines: ['none'] });
    expect(await check('info', api({ 'admin/v1/info': { name: 'R', port: 7330, more: {} } }), client, now)).toMatchObject({ state: 'ok', lines: ['name: R', 'port: 7330'] });
    expect(await check('metrics', api({ metrics: '# HELP\na 1\nb 2\n' }), client, now)).toMatchObject({ state: 'ok', lines: ['2 samples'] });
    expect(await check('session', api({}), client, now)).toMatchObject({ state: 'ok' });
  });
});
