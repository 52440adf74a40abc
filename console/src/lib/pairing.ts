/** A code that the router shows now; see docs/pairing.md. */
export interface ShownCode {
  code: string;
  /** Milliseconds since 1970, local clock. */
  endsAt: number;
  attemptsLeft: number;
  scopes: string[];
}

export type PairingState =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'shown'; shown: ShownCode }
  /** It was shown here, and is not good any more: used, tried too often, too old or replaced. */
  | { kind: 'over' }
  | { kind: 'failed'; problem: string };

const INTERVAL = 1_000;
const TIMEOUT = 4_000;

/** Asks the router for codes, as an administrator, and looks whether the last one is still good. */
export class Pairing {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked, so that a late answer does not undo a newer one. */
  private turn = 0;

  constructor(
    private readonly url: string,
    private readonly token: () => string,
    private readonly changed: (state: PairingState) => void,
  ) {}

  /** Makes a new code. */
  async show(scopes: string): Promise<void> {
    const turn = this.begin();
    this.changed({ kind: 'asking' });
    try {
      const reply = await this.ask('POST', JSON.stringify({ scopes }));
      if (turn !== this.turn) {
        return;
      }
      if (!reply.ok) {
        this.changed({ kind: 'failed', problem: (await reply.text()).trim() });
        return;
      }
      this.told(turn, await reply.json());
    } catch {
      if (turn === this.turn) {
        this.changed({ kind: 'failed', problem: '' });
      }
    }
  }

  /** Takes the code back. */
  async withdraw(): Promise<void> {
    this.begin();
    this.changed({ kind: 'none' });
    try {
      await this.ask('DELETE');
    } catch {
      // It ends by itself.
    }
  }

  /** Looks no more; the code stays good. */
  stop(): void {
    this.begin();
  }

  private begin(): number {
    clearTimeout(this.timer);
    return ++this.turn;
  }

  private told(turn: number, answer: unknown): void {
    const { code, secondsLeft, attemptsLeft, scopes } = answer as {
      code?: string;
      secondsLeft?: number;
      attemptsLeft?: number;
      scopes?: string[];
    };
    if (code === undefined) {
      this.changed({ kind: 'over' });
      return;
    }
    const endsAt = Date.now() + (secondsLeft ?? 0) * 1000;
    this.changed({ kind: 'shown', shown: { code, endsAt, attemptsLeft: attemptsLeft ?? 0, scopes: scopes ?? [] } });
    this.timer = setTimeout(() => void this.look(turn, code), INTERVAL);
  }

  private async look(turn: number, code: string): Promise<void> {
    let answer: unknown;
    try {
      const reply = await this.ask('GET');
      answer = reply.ok ? await reply.json() : undefined;
    } catch {
      answer = undefined;
    }
    if (turn !== this.turn) {
      return;
    }
    if (answer === undefined) {
      // No answer says nothing about the code.
      this.timer = setTimeout(() => void this.look(turn, code), INTERVAL);
    } else if ((answer as { code?: string }).code === code) {
      this.told(turn, answer);
    } else {
      this.changed({ kind: 'over' });
    }
  }

  private ask(method: string, body?: string): Promise<Response> {
    return fetch(this.url, {
      method,
      cache: 'no-store',
      headers: { Authorization: `Bearer ${this.token()}`, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
      ...(body === undefined ? {} : { body }),
    });
  }
}

/** 482 913: easier to read aloud. */
export function groupCode(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
