import { getContext, setContext } from 'svelte';
import { Client, linkUrl, type LinkState, type Received } from '../clasp';
import { t } from '../strings/common';
import { Api, Refused } from './api';
import { Feed } from './feed';
import { oncePerFrame } from './frame';
import { Notices, type NoticeKind } from './notices.svelte';
import { Questions, type Question } from './questions.svelte';
import { Reach } from './reach';
import { Ring } from './ring';
import { pollStatus, ratesBetween, type Rates, type Status } from './status';
import { TokenStore } from './token';
import { Frames } from './universes';

/** Failed questions after which a connection that seems alive is not believed. */
const SILENT_POLLS = 3;
const TREND = 60;
/** Milliseconds until the status is asked for out of turn once more. */
const MIN_POLL = 1_000;
/**
 * Parameters that have ended stay in the tables, for the router does not tell of every end. When there are so many more than
 * twice what it told at once, it is asked for everything again.
 */
const SPARE = 120_000;

const KEY = Symbol('desk');

/**
 * What every screen works with: the connection to the router, what it says, and who we are to it. One for the page.
 *
 * What changes with every message is not observed; a screen reads {@link frame} and then looks into {@link feed}.
 */
export class Desk {
  /** Address of the page. */
  readonly page: string;
  /** The WebSocket of the router. */
  readonly socket: string;
  readonly tokens = new TokenStore(() => sessionStorage);
  readonly api: Api;
  readonly client: Client;
  readonly feed: Feed;
  /** Frames of light universes. */
  readonly lights = new Frames();
  readonly notices = new Notices();
  readonly questions = new Questions();
  readonly trendIn = new Ring(TREND);
  readonly trendOut = new Ring(TREND);

  /** Null until the router has said it, and for who may not see it. */
  status: Status | null = $state.raw(null);
  rates: Rates = $state.raw({ messagesIn: null, messagesOut: null, sessions: new Map() });
  /** Questions in a row that had no answer. */
  statusFails = $state(0);
  /** Counts answers, for what draws figures. */
  polls = $state(0);
  link: LinkState = $state.raw({ kind: 'connecting', attempt: 1 });
  /** The page was connected once. */
  everLive = $state(false);
  /** Everything that the router remembers has come: an empty table now means an empty router. */
  settled = $state(false);
  /** Local time, in milliseconds since 1970, every second. */
  now = $state(Date.now());
  paused = $state(false);
  /** Changes when there is something to draw. */
  frame = $state(0);
  hasToken = $state(false);
  /** Why a token is wanted, perhaps nothing; null while none is. */
  problem: string | null = $state(null);
  /** The token may not see figures and sessions. */
  statusHidden = $state(false);
  /** The token does not reach all addresses. */
  notAll = $state(false);
  /** What it reaches is followed; otherwise part of it is as it was when the page connected. */
  followed = $state(true);
  /** Signal generators of this page that run. */
  generating = $state(0);

  private stopPolling = () => {};
  private polledAt = 0;
  private readonly reach: Reach;
  /** With more parameters than this everything begins again. */
  private most = Infinity;

  constructor(page: string) {
    this.page = new URL('./', page).href;
    this.socket = linkUrl(page);
    this.api = new Api(this.page, () => this.tokens.get());
    this.hasToken = this.tokens.get() !== '';
    this.client = new Client({ url: this.socket, name: 'CLASP console', token: () => this.tokens.get() });
    this.feed = new Feed(
      oncePerFrame(() => this.frame++),
      // By the clock of the system, as everything else that is shown: that of the client stands still while a machine sleeps.
      (time) => Date.now() - (this.client.time() - time) / 1000,
    );
    this.client.onState((state) => this.linked(state));
    this.reach = new Reach(this.client, () => this.feed.parameters.arrived, {
      received: (received) => this.received(received),
      ready: () => {
        this.settled = true;
        this.feed.parameters.settle();
        // What a narrow token may read the router has told once, and does not tell again.
        this.most = this.notAll ? Infinity : 2 * this.feed.parameters.size + SPARE;
      },
      narrow: (followed) => {
        this.notAll = true;
        this.followed = followed;
      },
    });
  }

  /** Our own session; empty while there is none. */
  get session(): string {
    return this.link.kind === 'live' ? this.link.session : '';
  }

  /** Who sees the status is an administrator. */
  get administrator(): boolean {
    return this.status !== null;
  }

  start(): void {
    this.problem = null;
    this.statusHidden = false;
    this.notAll = false;
    this.client.start();
    this.poll();
  }

  private poll(): void {
    this.polledAt = Date.now();
    this.stopPolling();
    this.stopPolling = pollStatus(new URL('api/status', this.page).href, this.tokens.get(), {
      answered: (next) => this.answered(next),
      failed: () => {
        this.statusFails++;
        // A browser learns late, or never, that a network is gone.
        if (this.statusFails === SILENT_POLLS && this.link.kind === 'live') {
          this.client.replace();
        }
      },
      hidden: () => {
        this.statusHidden = true;
        this.status = null;
        this.statusFails = 0;
        this.client.retryNow();
      },
      denied: (said) => {
        // No more attempts with this one.
        this.client.stop();
        this.link = { kind: 'connecting', attempt: 0 };
        this.tokens.set('');
        this.hasToken = false;
        this.everLive = false;
        this.problem = said;
      },
    });
  }

  stop(): void {
    this.stopPolling();
    this.client.stop();
  }

  retryNow(): void {
    if (this.problem === null) {
      this.client.retryNow();
    }
  }

  logIn(token: string): void {
    this.tokens.set(token);
    this.hasToken = true;
    this.start();
  }

  /** Forgets the token, and what was shown by right of it. */
  forget(): void {
    this.stop();
    this.tokens.set('');
    location.reload();
  }

  /** Something has changed that no message told: looks at everything again. */
  redraw(): void {
    this.frame++;
  }

  setPaused(pause: boolean): void {
    this.paused = pause;
    if (pause) {
      this.feed.pause();
    } else {
      this.feed.resume();
    }
  }

  /** Tells the user something, at the edge of the page. */
  say(text: string, kind?: NoticeKind): void {
    this.notices.say(text, kind);
  }

  /** Tells the user why something was not done: what the router said, or that it does not answer. */
  refused(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    this.say(said !== '' ? said : error instanceof Refused && error.status > 0 ? t.refused(error.status) : t.noAnswer, 'refused');
  }

  /** Whether the user wants it, after a question before the whole page. */
  confirm(question: Question): Promise<boolean> {
    return this.questions.ask(question);
  }

  private answered(next: Status): void {
    this.rates = ratesBetween(this.status, next);
    if (this.rates.messagesIn !== null && this.rates.messagesOut !== null) {
      this.trendIn.push(this.rates.messagesIn);
      this.trendOut.push(this.rates.messagesOut);
    }
    this.status = next;
    this.statusFails = 0;
    this.polls++;
    this.client.retryNow();
  }

  private linked(state: LinkState): void {
    this.link = state;
    if (state.kind === 'live') {
      this.everLive = true;
      this.lights.clear();
      this.restart();
    } else if (
      state.kind === 'waiting' &&
      state.code !== undefined &&
      this.statusHidden &&
      Date.now() - this.polledAt > MIN_POLL
    ) {
      // Perhaps the token is good no more: the status says so, which is asked for seldom otherwise.
      this.poll();
    }
  }

  /** The router is about to tell everything that it remembers. */
  private restart(): void {
    this.settled = false;
    this.most = Infinity;
    this.feed.connected();
  }

  private received(received: Received): void {
    if (!this.feed.paused) {
      this.lights.offer(received.address, received.value);
    }
    this.feed.received(received);
    if (this.feed.parameters.size > this.most) {
      this.restart();
      this.reach.again();
    }
  }
}

/** For everything inside the component that calls it. */
export function provideDesk(desk: Desk): Desk {
  return setContext(KEY, desk);
}

/** The desk of the page; to be called while a component is made. */
export function useDesk(): Desk {
  return getContext<Desk>(KEY);
}
