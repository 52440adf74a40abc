import { compilePattern } from '../lib/pattern';
import { CodecError, decode, encode } from './codec';
import type { Message, Param, Phase, Publish, Qos, SignalDefinition, SignalType, Ttl, U64 } from './message';
import { int, isMap, numberOf, type Value, type ValueMap } from './values';

export type LinkState =
  | { kind: 'connecting'; attempt: number }
  | { kind: 'live'; session: string }
  /** `retryAt`: milliseconds since 1970. `code`: of the ERROR with which the router refused us, if it did. */
  | { kind: 'waiting'; attempt: number; retryAt: number; reason: string; code?: number };

/** Something that a subscription got. */
export interface Received {
  kind: SignalType;
  address: string;
  /** Null when a PUBLISH had none; then look at `message`. */
  value: Value;
  revision?: number;
  /** The session that wrote it; known from snapshots only. */
  writer?: string;
  /** The router's clock, µs since 1970. */
  timestamp?: number;
  /** It is the state that the router remembers, not a change. */
  snapshot: boolean;
  /** Not the newest value of its address but one before it, because `history` was asked for. */
  past?: boolean;
  ttl?: Ttl;
  /** With this write its writer has taken, or given back, the lock. */
  lock?: boolean;
  unlock?: boolean;
  phase?: Phase;
  gestureId?: number;
  samples?: number[];
  /** Samples a second. */
  rate?: number;
  keyframes?: Keyframe[];
  message: Message;
}

/** `time`: µs since the start. */
export interface Keyframe {
  time: number;
  value: Value;
  easing?: string;
  bezier?: [number, number, number, number];
}

export interface Ack {
  address?: string;
  revision?: number;
}

/** What was asked for was not done, or nobody knows whether it was. */
export class Refusal extends Error {
  override name = 'Refusal';

  /**
   * @param kind who says so: the router with an ERROR; its silence; or we, because there is no connection, it broke
   *   before the answer came, or the message cannot be sent
   * @param code of the ERROR, otherwise 0
   */
  constructor(
    readonly kind: 'refused' | 'timeout' | 'closed' | 'invalid',
    message: string,
    readonly code = 0,
    readonly address?: string,
  ) {
    super(message);
  }
}

/** The router refused it because there was too much at once: after a while it takes the same. */
export function tooFast(e: unknown): boolean {
  const { code = 0, message = '' } = e as { code?: number; message?: string };
  return code === TOO_MANY && message.startsWith('Rate limit');
}

export interface SubscribeOptions {
  types?: SignalType[];
  /** Updates a second. */
  maxRate?: number;
  epsilon?: number;
  /** Values of the past that come first. */
  history?: number;
  /** Samples of so many milliseconds come together. */
  window?: number;
  refused?: (refusal: Refusal) => void;
  /** Everything that the router remembers has arrived; told again after each reconnect. */
  ready?: () => void;
}

export interface SetOptions {
  /** The write is refused if the parameter has another one. */
  revision?: U64;
  lock?: boolean;
  unlock?: boolean;
  ttl?: Ttl;
}

export interface Subscription {
  close(): void;
}

/** What the client needs of a WebSocket. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** Time and chance, so that tests need neither. */
export interface Surroundings {
  /** Milliseconds since 1970, with a fraction if it can. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** 0 to 1. */
  random(): number;
  open(url: string): Socket;
  /** What a listener has thrown. */
  report(error: unknown): void;
}

export interface ClientOptions {
  url: string;
  name: string;
  /** Asked for each connection; empty if there is none. */
  token: () => string;
  features?: SignalType[];
  around?: Partial<Surroundings>;
}

/** `bytes`: length of the frame; `at`: milliseconds since 1970; `frame`: the bytes, good only until the tap returns. */
export type Tap = (direction: 'in' | 'out', message: Message, bytes: number, at: number, frame: Uint8Array) => void;

const CONNECT_TIMEOUT = 5_000;
const ANSWER_TIMEOUT = 5_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 5_000;
const SYNC_INTERVAL = 5_000;
/** So many SYNCs in a row without a sign of life, and the connection is dead. */
const PATIENCE = 2;
/** Clock samples to choose the best of. */
const SAMPLES = 8;
/** Bytes that wait in the socket: beyond, what may be lost is not sent; beyond the other, nothing is. */
const FIRE_LIMIT = 256 * 1024;
const SEND_LIMIT = 8 * 1024 * 1024;
const OPEN = 1;
const NOT_FOUND = 404;
const TOO_MANY = 429;

interface Sub {
  id: number;
  pattern: string;
  matches: (address: string) => boolean;
  callback: (received: Received) => void;
  options: SubscribeOptions;
}

interface Pending {
  address: string;
  /** What answers it, besides an ERROR. */
  by: 'ack' | 'snapshot' | 'fence';
  resolve: (answer: Ack | Param | null) => void;
  reject: (refusal: Refusal) => void;
  timer: unknown;
}

/** What waits until the router has done everything up to a SYNC of ours. */
interface Fence {
  passed: () => void;
  /** The router has answered what came later, and not this: its rate limit has left it out. */
  lost: () => void;
}

function surroundings(): Surroundings {
  return {
    now: () => performance.timeOrigin + performance.now(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
    random: Math.random,
    open: (url) => new WebSocket(url, 'clasp') as unknown as Socket,
    report: (error) => reportError(error),
  };
}

/** The WebSocket of the router that served this page. */
export function linkUrl(page: string): string {
  const url = new URL('./', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/**
 * A session with a router, kept up for ever. Subscriptions outlive connections; requests do not: what was not answered
 * when a connection broke fails, because nobody knows whether it was done.
 *
 * Requests carry a correlation id, and behind what the router does not acknowledge goes a SYNC: it answers in order, so
 * the answer, which repeats the time in it, says that there was nothing to object to.
 */
export class Client {
  /** Messages that could not be decoded. */
  undecodable = 0;

  private current: LinkState = { kind: 'connecting', attempt: 0 };
  private readonly around: Surroundings;
  private readonly stateListeners = new Set<(state: LinkState) => void>();
  private readonly errorListeners = new Set<(refusal: Refusal) => void>();
  private readonly taps = new Set<Tap>();
  private readonly subs = new Map<number, Sub>();
  private socket: Socket | undefined;
  private timer: unknown;
  private syncTimer: unknown;
  private attempt = 0;
  private welcomed = false;
  private router = '';
  private sessionId = '';
  private refusal: { code: number; message: string } | undefined;
  private nextSub = 1;
  private nextCorrelation = 1;
  private readonly pending = new Map<number, Pending>();
  /** The router has answered with a correlation id: what it says without one answers no request. */
  private correlates = false;
  private readonly asked = new Map<number, Sub>();
  /** By the time that their SYNC says, in order. */
  private readonly fences = new Map<number, Fence>();
  /** Of the newest SYNC, µs; no two say the same. */
  private stamped = 0;
  private found: SignalDefinition[] = [];
  private queries: Promise<unknown> = Promise.resolve();
  private unheard = 0;
  private samples: { offset: number; roundTrip: number }[] = [];
  /** Router's clock minus ours, µs. */
  private offset = 0;

  constructor(private readonly options: ClientOptions) {
    this.around = { ...surroundings(), ...options.around };
  }

  get state(): LinkState {
    return this.current;
  }

  /** Told now and at each change. Returns what ends that. */
  onState(callback: (state: LinkState) => void): () => void {
    this.stateListeners.add(callback);
    callback(this.current);
    return () => void this.stateListeners.delete(callback);
  }

  /** ERRORs that answer nothing we wait for. */
  onError(callback: (refusal: Refusal) => void): () => void {
    this.errorListeners.add(callback);
    return () => void this.errorListeners.delete(callback);
  }

  /** Sees every message of the connection. */
  tap(callback: Tap): () => void {
    this.taps.add(callback);
    return () => void this.taps.delete(callback);
  }

  /** Empty while there is none. */
  get session(): string {
    return this.sessionId;
  }

  /** What the router calls itself; empty before the first WELCOME. */
  get routerName(): string {
    return this.router;
  }

  /** The router's clock, µs since 1970. */
  time(): number {
    return Math.round(this.around.now() * 1000 + this.offset);
  }

  /** A time of the router, µs, by the clock of this machine: milliseconds since 1970. */
  local(time: number): number {
    return (time - this.offset) / 1000;
  }

  start(): void {
    if (this.socket) {
      return;
    }
    this.around.clearTimeout(this.timer);
    this.attempt++;
    this.refusal = undefined;
    this.tell({ kind: 'connecting', attempt: this.attempt });
    let socket: Socket;
    try {
      socket = this.around.open(this.options.url);
    } catch (e) {
      this.wait(e instanceof Error ? e.message : '');
      return;
    }
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (socket === this.socket) {
        const token = this.options.token();
        this.send({
          type: 'HELLO',
          version: 1,
          features: this.options.features ?? ['param', 'event', 'stream', 'gesture', 'timeline'],
          name: this.options.name,
          ...(token ? { token } : {}),
        });
      }
    };
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.socket && event.data instanceof ArrayBuffer) {
        this.arrived(new Uint8Array(event.data));
      }
    };
    socket.onclose = (event: CloseEvent) => this.ended(socket, event.reason);
    socket.onerror = () => this.ended(socket, '');
    this.timer = this.around.setTimeout(() => this.ended(socket, ''), CONNECT_TIMEOUT);
  }

  /** Ends the session, until {@link start}. */
  stop(): void {
    this.around.clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = undefined;
    this.forget('the connection was closed');
    socket?.close(1000);
  }

  /** Waits no longer. */
  retryNow(): void {
    if (!this.socket) {
      this.start();
    }
  }

  /** Gives up a connection that seems dead, and makes another. */
  replace(): void {
    this.stop();
    this.start();
  }

  subscribe(pattern: string, callback: (received: Received) => void, options: SubscribeOptions = {}): Subscription {
    const sub: Sub = {
      id: this.nextSub++,
      pattern,
      matches: pattern === '/**' ? () => true : compilePattern(pattern),
      callback,
      options,
    };
    this.subs.set(sub.id, sub);
    if (this.welcomed) {
      this.ask(sub);
    }
    return {
      close: () => {
        if (this.subs.delete(sub.id) && this.welcomed) {
          this.send({ type: 'UNSUBSCRIBE', id: sub.id });
        }
      },
    };
  }

  /** Writes, and waits until the router has done it. */
  set(address: string, value: Value, options: SetOptions = {}): Promise<Ack> {
    return this.request({ type: 'SET', address, value, ...options }, 'ack', address) as Promise<Ack>;
  }

  /**
   * Writes without an answer: for what comes again soon. Says whether it was sent; if it was not, or is lost on the way,
   * nobody will know, so end a movement with {@link set}.
   */
  fire(address: string, value: Value): boolean {
    return this.fling({ type: 'SET', address, value }, 'fire');
  }

  /** What is stored at the address, or null. */
  get(address: string): Promise<Param | null> {
    return this.request({ type: 'GET', address }, 'snapshot', address) as Promise<Param | null>;
  }

  /** Says something once; fails if the router objects. */
  async emit(address: string, value: Value = null): Promise<void> {
    await this.request({ type: 'PUBLISH', address, signal: 'event', value, timestamp: this.time() }, 'fence', address);
  }

  /** A value of a stream, or an array of numbers as a block of samples, `rate` a second. Says whether it was sent. */
  stream(address: string, value: Value, rate?: number): boolean {
    const block = Array.isArray(value) && value.length > 0 && value.every((sample) => typeof sample === 'number');
    return this.fling({
      type: 'PUBLISH',
      address,
      signal: 'stream',
      timestamp: this.time(),
      ...(block ? { samples: value as number[] } : { value }),
      ...(rate === undefined ? {} : { rate }),
    });
  }

  /** One step of a gesture. Says whether it was sent: moves may be left out when the connection is slow. */
  gesture(address: string, id: number, phase: Phase, payload: Value = null): boolean {
    const message: Publish = { type: 'PUBLISH', address, signal: 'gesture', id, phase, value: payload, timestamp: this.time() };
    return phase === 'move' ? this.fling(message) : this.welcomed && this.send(message);
  }

  /**
   * A timeline; fails if the router objects.
   *
   * @param options `startTime`: µs by the router's clock; `duration`: µs; `play`: the router writes the values itself,
   *   `rate` times a second
   */
  async timeline(
    address: string,
    keyframes: readonly Keyframe[],
    options: { loop?: boolean; startTime?: number; duration?: number; play?: boolean; rate?: number } = {},
  ): Promise<void> {
    const { loop, startTime, duration, play, rate } = options;
    const value: ValueMap = {
      keyframes: keyframes.map((k) => ({
        time: int(k.time),
        value: k.value,
        ...(k.easing === undefined ? {} : { easing: k.easing }),
        ...(k.bezier === undefined ? {} : { bezier: [...k.bezier] }),
      })),
      ...(loop === undefined ? {} : { loop }),
      ...(startTime === undefined ? {} : { start_time: int(startTime) }),
      ...(duration === undefined ? {} : { duration: int(duration) }),
      ...(play === undefined ? {} : { play }),
    };
    const timestamp = this.time();
    await this.request(
      { type: 'PUBLISH', address, signal: 'timeline', value, timestamp, ...(rate === undefined ? {} : { rate }) },
      'fence',
      address,
    );
  }

  /**
   * SETs and PUBLISHes that are carried out together: at once, or `at` a time of the router's clock (µs). Without
   * messages it calls off what this session has scheduled for that time.
   */
  bundle(messages: Message[], options: { at?: number } = {}): Promise<Ack> {
    const { at } = options;
    return this.request({ type: 'BUNDLE', messages, ...(at === undefined ? {} : { timestamp: Math.round(at) }) }, 'ack', '') as Promise<Ack>;
  }

  /** What was announced and matches. */
  query(pattern: string): Promise<SignalDefinition[]> {
    // One after the other: a RESULT does not say what it answers.
    const answer = this.queries.then(async () => {
      const found: SignalDefinition[] = [];
      this.found = found;
      await this.request({ type: 'QUERY', pattern }, 'fence', pattern);
      return found;
    });
    this.queries = answer.catch(() => {});
    return answer;
  }

  announce(namespace: string, signals: SignalDefinition[]): Promise<Ack> {
    return this.request({ type: 'ANNOUNCE', namespace, signals }, 'ack', namespace) as Promise<Ack>;
  }

  /** There and back, in milliseconds. */
  async ping(): Promise<number> {
    const from = this.around.now();
    await this.request({ type: 'PING' }, 'fence', '');
    return this.around.now() - from;
  }

  private request(message: Message, by: Pending['by'], address: string): Promise<Ack | Param | null> {
    return new Promise((resolve, reject) => {
      if (!this.welcomed) {
        reject(new Refusal('closed', 'there is no connection to the router', 0, address));
        return;
      }
      const id = this.correlation();
      try {
        if (!this.send(message, { qos: message.type === 'BUNDLE' ? 'commit' : 'confirm', timestamp: id })) {
          reject(new Refusal('closed', 'the connection takes no more', 0, address));
          return;
        }
      } catch (e) {
        reject(e instanceof CodecError ? new Refusal('invalid', e.message, 0, address) : e);
        return;
      }
      const timer = this.around.setTimeout(() => {
        this.pending.delete(id);
        reject(new Refusal('timeout', 'the router has not answered', 0, address));
      }, ANSWER_TIMEOUT);
      this.pending.set(id, { address, by, resolve, reject, timer });
      if (by === 'fence') {
        this.fence({
          passed: () => this.settle(id)?.resolve(null),
          lost: () => this.settle(id)?.reject(new Refusal('timeout', 'the router has not answered', 0, address)),
        });
      }
    });
  }

  private fence(fence: Fence): void {
    this.fences.set(this.stamp(), fence);
  }

  /** Sends a SYNC, and says which. */
  private stamp(): number {
    this.stamped = Math.max(this.stamped + 1, Math.round(this.around.now() * 1000));
    this.send({ type: 'SYNC', t1: this.stamped });
    return this.stamped;
  }

  private settle(id: number | undefined): Pending | undefined {
    const pending = id === undefined ? undefined : this.pending.get(id);
    if (pending) {
      this.pending.delete(id!);
      this.around.clearTimeout(pending.timer);
    }
    return pending;
  }

  /** The oldest that waits for this, for routers that know no correlation ids. */
  private oldest(address: string, by?: Pending['by']): number | undefined {
    for (const [id, pending] of this.pending) {
      if (pending.address === address && (by === undefined || pending.by === by)) {
        return id;
      }
    }
    return undefined;
  }

  private fling(message: Message, qos?: Qos): boolean {
    const socket = this.socket;
    return this.welcomed && socket !== undefined && socket.bufferedAmount < FIRE_LIMIT && this.send(message, qos ? { qos } : {});
  }

  private send(message: Message, options: { qos?: Qos; timestamp?: number } = {}): boolean {
    const socket = this.socket;
    if (!socket || socket.readyState !== OPEN || socket.bufferedAmount > SEND_LIMIT) {
      return false;
    }
    const bytes = encode(message, options);
    socket.send(bytes);
    if (this.taps.size > 0) {
      const at = this.around.now();
      this.taps.forEach((tap) => tap('out', message, bytes.length, at, bytes));
    }
    return true;
  }

  private ask(sub: Sub): void {
    const { types, maxRate, epsilon, history, window } = sub.options;
    const id = this.correlation();
    this.asked.set(id, sub);
    const message: Message = {
      type: 'SUBSCRIBE',
      id: sub.id,
      pattern: sub.pattern,
      ...(types === undefined ? {} : { types }),
      ...(maxRate === undefined ? {} : { maxRate }),
      ...(epsilon === undefined ? {} : { epsilon }),
      ...(history === undefined ? {} : { history }),
      ...(window === undefined ? {} : { window }),
    };
    this.send(message, { timestamp: id });
    const still = () => this.asked.delete(id) && this.subs.has(sub.id);
    this.fence({
      passed: () => still() && sub.options.ready?.(),
      // The SUBSCRIBE is lost too, perhaps; twice does no harm.
      lost: () => still() && this.ask(sub),
    });
  }

  private correlation(): number {
    const id = this.nextCorrelation;
    this.nextCorrelation = id === 0xffff_ffff ? 1 : id + 1;
    return id;
  }

  private arrived(bytes: Uint8Array): void {
    this.unheard = 0;
    for (let at = 0; at < bytes.length; ) {
      let length: number;
      let message: Message;
      try {
        ({ message, length } = decode(at === 0 ? bytes : bytes.subarray(at)));
      } catch {
        this.undecodable++;
        return;
      }
      at += length;
      if (this.taps.size > 0) {
        const now = this.around.now();
        const frame = bytes.subarray(at - length, at);
        this.taps.forEach((tap) => tap('in', message, length, now, frame));
      }
      this.handle(message);
    }
  }

  private handle(message: Message): void {
    switch (message.type) {
      case 'SET':
      case 'PUBLISH':
        this.deliver(received(message));
        break;
      case 'BUNDLE':
        message.messages.forEach((inner) => this.handle(inner));
        break;
      case 'SNAPSHOT':
        this.snapshot(message.params);
        break;
      case 'ACK': {
        this.correlates ||= message.correlation !== undefined;
        const id = message.correlation ?? (this.correlates ? undefined : this.oldest(message.address ?? '', 'ack'));
        this.settle(id)?.resolve({
          ...(message.address === undefined ? {} : { address: message.address }),
          ...(message.revision === undefined ? {} : { revision: Number(message.revision) }),
        });
        break;
      }
      case 'ERROR':
        this.error(message.code, message.message, message.address, message.correlation);
        break;
      case 'RESULT':
        this.found.push(...message.signals);
        break;
      case 'PING':
        this.send({ type: 'PONG' });
        break;
      case 'SYNC':
        this.synced(message);
        break;
      case 'WELCOME':
        this.opened(message.session, message.name, Number(message.time));
        break;
      default:
        break;
    }
  }

  private opened(session: string, router: string, time: number): void {
    if (this.welcomed) {
      return;
    }
    this.around.clearTimeout(this.timer);
    this.welcomed = true;
    this.attempt = 0;
    this.sessionId = session;
    this.router = router;
    this.samples = [];
    this.offset = time - this.around.now() * 1000;
    this.unheard = 0;
    this.sync();
    this.tell({ kind: 'live', session });
    // A listener may have subscribed already, or gone away.
    const asked = new Set(this.asked.values());
    for (const sub of this.subs.values()) {
      if (this.welcomed && !asked.has(sub)) {
        this.ask(sub);
      }
    }
  }

  private deliver(received: Received, history = false): void {
    for (const sub of this.subs.values()) {
      const { types } = sub.options;
      if (
        sub.matches(received.address) &&
        (types === undefined || types.length === 0 || types.includes(received.kind)) &&
        (!history || sub.options.history !== undefined)
      ) {
        try {
          sub.callback(received);
        } catch (e) {
          // One bad listener must not keep the others from what has come.
          this.around.report(e);
        }
      }
    }
  }

  private snapshot(params: Param[]): void {
    params.forEach((param, i) => {
      const past = params[i + 1]?.address === param.address;
      this.deliver(
        {
          kind: 'param',
          address: param.address,
          value: param.value,
          revision: Number(param.revision),
          snapshot: true,
          ...(param.writer === undefined ? {} : { writer: param.writer }),
          ...(param.timestamp === undefined ? {} : { timestamp: Number(param.timestamp) }),
          ...(past ? { past } : {}),
          message: { type: 'SNAPSHOT', params: [param] },
        },
        past,
      );
      if (!past && this.pending.size > 0) {
        this.settle(this.oldest(param.address, 'snapshot'))?.resolve(param);
      }
    });
  }

  private error(code: number, text: string, address: string | undefined, correlation: number | undefined): void {
    if (!this.welcomed) {
      this.refusal = { code, message: text };
      return;
    }
    const refusal = new Refusal('refused', text, code, address);
    this.correlates ||= correlation !== undefined;
    const sub = correlation === undefined ? undefined : this.asked.get(correlation);
    if (sub) {
      this.asked.delete(correlation!);
      if (this.subs.has(sub.id)) {
        sub.options.refused?.(refusal);
      }
      return;
    }
    const pending = this.settle(correlation ?? (address === undefined || this.correlates ? undefined : this.oldest(address)));
    if (!pending) {
      this.errorListeners.forEach((listener) => listener(refusal));
    } else if (pending.by === 'snapshot' && code === NOT_FOUND) {
      pending.resolve(null);
    } else {
      pending.reject(refusal);
    }
  }

  private sync(): void {
    this.around.clearTimeout(this.syncTimer);
    if (this.unheard >= PATIENCE && this.socket) {
      const socket = this.socket;
      this.ended(socket, 'the router does not answer');
      return;
    }
    this.unheard++;
    this.stamp();
    this.syncTimer = this.around.setTimeout(() => this.sync(), SYNC_INTERVAL);
  }

  private synced(message: { t1: U64; t2?: U64; t3?: U64 }): void {
    if (message.t2 === undefined || message.t3 === undefined) {
      return;
    }
    const t1 = Number(message.t1);
    const fenced = this.fences.has(t1);
    // Whoever asks again meanwhile stands behind these.
    const last = Math.min(t1, this.stamped);
    for (const [stamp, fence] of this.fences) {
      if (stamp > last) {
        break;
      }
      this.fences.delete(stamp);
      (stamp === t1 ? fence.passed : fence.lost)();
    }
    if (fenced) {
      // It waited for what was before it, so it says little about the clock.
      return;
    }
    const t2 = Number(message.t2);
    const t3 = Number(message.t3);
    const t4 = this.around.now() * 1000;
    const roundTrip = t4 - t1 - (t3 - t2);
    if (roundTrip < 0 || t3 < t2) {
      return;
    }
    this.samples.push({ offset: (t2 - t1 + t3 - t4) / 2, roundTrip });
    this.samples = this.samples.slice(-SAMPLES);
    // The fastest exchange is the one that was disturbed least.
    this.offset = this.samples.reduce((best, s) => (s.roundTrip <= best.roundTrip ? s : best)).offset;
  }

  private ended(socket: Socket, reason: string): void {
    if (socket !== this.socket) {
      return;
    }
    this.around.clearTimeout(this.timer);
    this.socket = undefined;
    this.forget('the connection broke before the answer came');
    socket.close();
    this.wait(this.refusal?.message ?? reason);
  }

  /** Everything that belongs to one connection. */
  private forget(why: string): void {
    this.welcomed = false;
    this.sessionId = '';
    this.around.clearTimeout(this.syncTimer);
    this.fences.clear();
    this.correlates = false;
    this.asked.clear();
    const failed = [...this.pending.values()];
    this.pending.clear();
    for (const pending of failed) {
      this.around.clearTimeout(pending.timer);
      pending.reject(new Refusal('closed', why, 0, pending.address));
    }
  }

  private wait(reason: string): void {
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 1.5 ** this.attempt);
    const delay = longest * (0.8 + 0.2 * this.around.random());
    this.timer = this.around.setTimeout(() => this.start(), delay);
    const code = this.refusal?.code;
    this.tell({
      kind: 'waiting',
      attempt: this.attempt + 1,
      retryAt: this.around.now() + delay,
      reason,
      ...(code === undefined ? {} : { code }),
    });
  }

  private tell(state: LinkState): void {
    this.current = state;
    this.stateListeners.forEach((listener) => listener(state));
  }
}

function received(message: Extract<Message, { type: 'SET' | 'PUBLISH' }>): Received {
  if (message.type === 'SET') {
    // Thousands of these come in a second.
    const set: Received = { kind: 'param', address: message.address, value: message.value, snapshot: false, message };
    if (message.revision !== undefined) {
      set.revision = Number(message.revision);
    }
    if (message.ttl !== undefined) {
      set.ttl = message.ttl;
    }
    if (message.lock) {
      set.lock = true;
    }
    if (message.unlock) {
      set.unlock = true;
    }
    return set;
  }
  const { address, signal, value = null, timestamp, samples, rate, phase, id } = message;
  const keyframes = signal === 'timeline' ? keyframesOf(value) : undefined;
  return {
    kind: signal,
    address,
    value,
    snapshot: false,
    ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) }),
    ...(samples === undefined ? {} : { samples }),
    ...(rate === undefined ? {} : { rate }),
    ...(signal === 'gesture' && phase !== undefined ? { phase } : {}),
    ...(signal === 'gesture' ? { gestureId: id ?? 0 } : {}),
    ...(keyframes === undefined ? {} : { keyframes }),
    message,
  };
}

/** The keyframes in the value of a timeline; undefined if there are none, or they are wrong. */
export function keyframesOf(value: Value): Keyframe[] | undefined {
  const list = isMap(value) ? value['keyframes'] : undefined;
  if (!Array.isArray(list)) {
    return undefined;
  }
  const keyframes: Keyframe[] = [];
  for (const entry of list) {
    const time = isMap(entry) ? numberOf(entry['time']) : undefined;
    if (!isMap(entry) || time === undefined) {
      return undefined;
    }
    const bezier = Array.isArray(entry['bezier']) ? entry['bezier'].map((x) => numberOf(x) ?? NaN) : [];
    keyframes.push({
      time,
      value: entry['value'] ?? null,
      ...(typeof entry['easing'] === 'string' ? { easing: entry['easing'] } : {}),
      ...(bezier.length === 4 ? { bezier: bezier as [number, number, number, number] } : {}),
    });
  }
  return keyframes;
}
