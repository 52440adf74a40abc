/** `done` goes by itself after a while; `refused` stays until somebody has read it. */
export type NoticeKind = 'done' | 'refused';

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly text: string;
  /** How often the same was said in a row. */
  readonly times: number;
}

/** More than these nobody reads; the oldest goes. */
const MOST = 4;
const LONGEST_TEXT = 400;
const DONE_MS = 6_000;

/** What the page has to tell the user about what she just did, at one place of the page. */
export class Notices {
  list: readonly Notice[] = $state.raw([]);
  private lastId = 0;

  constructor(
    private readonly later: (what: () => void, ms: number) => void = (what, ms) => void setTimeout(what, ms),
  ) {}

  say(text: string, kind: NoticeKind = 'done'): void {
    const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} …` : text;
    const last = this.list.at(-1);
    const again = last !== undefined && last.text === short && last.kind === kind;
    const notice = { id: ++this.lastId, kind, text: short, times: again ? last.times + 1 : 1 };
    this.list = [...(again ? this.list.slice(0, -1) : this.list), notice].slice(-MOST);
    if (kind === 'done') {
      this.later(() => this.dismiss(notice.id), DONE_MS);
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
