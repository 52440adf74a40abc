/** The router said no, or nothing. */
export class Refused extends Error {
  /**
   * @param message what the router said; empty if it said nothing
   * @param status the HTTP status, 0 without an answer
   */
  constructor(
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }
}

const TIMEOUT = 8_000;

/** Calls of the router that served this page, with the token of this tab. See docs/admin-api.md. */
export class Api {
  /**
   * @param page address of the page
   * @param token what to show; empty if there is none
   */
  constructor(
    private readonly page: string,
    private readonly token: () => string,
  ) {}

  /** @param ended takes the question back, whatever the router does */
  get<T>(path: string, timeout?: number, ended?: AbortSignal): Promise<T> {
    return this.ask<T>('GET', path, undefined, timeout, ended);
  }

  post<T = void>(path: string, body: unknown = {}, timeout?: number): Promise<T> {
    return this.ask<T>('POST', path, body, timeout);
  }

  put<T = void>(path: string, body: unknown): Promise<T> {
    return this.ask<T>('PUT', path, body);
  }

  delete<T = void>(path: string): Promise<T> {
    return this.ask<T>('DELETE', path);
  }

  /** An answer that is no JSON, such as the metrics. */
  async text(path: string): Promise<string> {
    return (await this.fetch('GET', path, undefined, TIMEOUT)).text();
  }

  /** An answer that is a file or a picture; with a body it is a POST. */
  async blob(path: string, body?: unknown): Promise<Blob> {
    return (await this.fetch(body === undefined ? 'GET' : 'POST', path, body, TIMEOUT)).blob();
  }

  private async ask<T>(method: string, path: string, body?: unknown, timeout = TIMEOUT, ended?: AbortSignal): Promise<T> {
    const reply = await this.fetch(method, path, body, timeout, ended);
    const text = reply.status === 204 ? '' : await reply.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** @param path relative to the page: `admin/v1/info`, `metrics` */
  private async fetch(method: string, path: string, body: unknown, timeout: number, ended?: AbortSignal): Promise<Response> {
    const late = AbortSignal.timeout(timeout);
    const token = this.token();
    // What changes something needs one of these two, so that no other page of this browser can.
    const headers: Record<string, string> = { 'X-Clasp-Admin': '1' };
    if (token) {
      headers['Authorization'] = `Bearer ${token}`;
    }
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    let reply: Response;
    try {
      reply = await fetch(new URL(path, this.page).href, {
        method,
        headers,
        cache: 'no-store',
        signal: ended === undefined ? late : AbortSignal.any([late, ended]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refused('');
    }
    if (!reply.ok) {
      throw new Refused((await reply.text()).trim(), reply.status);
    }
    return reply;
  }
}
