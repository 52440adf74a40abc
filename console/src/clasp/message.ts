import type { Value } from './values';

export type SignalType = 'param' | 'event' | 'stream' | 'gesture' | 'timeline';
export type Phase = 'start' | 'move' | 'end' | 'cancel';
export type Qos = 'fire' | 'confirm' | 'commit';

/** In the order of their numbers in PUBLISH, ANNOUNCE and RESULT, and of their bits in SUBSCRIBE. */
export const SIGNAL_TYPES: readonly SignalType[] = ['param', 'event', 'stream', 'gesture', 'timeline'];
export const PHASES: readonly Phase[] = ['start', 'move', 'end', 'cancel'];

/** 64 bits without sign: a number up to 2^53 − 1, above that a bigint. */
export type U64 = number | bigint;

/** How long a parameter lasts: for ever, or seconds since the last access, or since the write. */
export type Ttl = 'never' | { sliding: number } | { absolute: number };

export type Message =
  | { type: 'HELLO'; version: number; features: string[]; name: string; token?: string }
  | { type: 'WELCOME'; version: number; features: string[]; time: U64; session: string; name: string; token?: string }
  | { type: 'ANNOUNCE'; namespace: string; signals: SignalDefinition[] }
  | FederationSync
  | Subscribe
  | { type: 'UNSUBSCRIBE'; id: number }
  | Publish
  | Set
  | { type: 'GET'; address: string }
  | { type: 'SNAPSHOT'; params: Param[] }
  | { type: 'REPLAY'; pattern: string; from?: U64; to?: U64; limit?: number; types?: SignalType[] }
  | Bundle
  | { type: 'SYNC'; t1: U64; t2?: U64; t3?: U64 }
  | { type: 'PING' }
  | { type: 'PONG' }
  | { type: 'ACK'; address?: string; revision?: U64; locked?: boolean; holder?: string; correlation?: number }
  | { type: 'ERROR'; code: number; message: string; address?: string; correlation?: number }
  | { type: 'QUERY'; pattern: string }
  | { type: 'RESULT'; signals: SignalDefinition[] };

export type MessageType = Message['type'];

export interface Subscribe {
  type: 'SUBSCRIBE';
  id: number;
  pattern: string;
  /** Without it, all. */
  types?: SignalType[];
  /** Updates a second. */
  maxRate?: number;
  epsilon?: number;
  /** Values of the past. */
  history?: number;
  /** Milliseconds. */
  window?: number;
}

export interface Publish {
  type: 'PUBLISH';
  address: string;
  signal: SignalType;
  /** Means something for gestures only. */
  phase?: Phase;
  /** Absent is not the same as null. */
  value?: Value;
  samples?: number[];
  /** µs since 1970. */
  timestamp?: U64;
  id?: number;
  rate?: number;
}

export interface Set {
  type: 'SET';
  address: string;
  value: Value;
  /** To the router: the one that is expected; from the router: the new one. */
  revision?: U64;
  lock?: boolean;
  unlock?: boolean;
  ttl?: Ttl;
}

export interface Bundle {
  type: 'BUNDLE';
  messages: Message[];
  /** When to execute it, µs since 1970 by the router's clock. */
  timestamp?: U64;
}

export interface Param {
  address: string;
  value: Value;
  revision: U64;
  /** The session that wrote it last. */
  writer?: string;
  /** µs since 1970. */
  timestamp?: U64;
}

export interface SignalDefinition {
  address: string;
  signal: SignalType;
  datatype?: string;
  access?: string;
  meta?: { unit?: string; range?: [number, number]; default?: Value; description?: string };
}

export interface FederationSync {
  type: 'FEDERATION_SYNC';
  operation: 'declare' | 'request' | 'revisions' | 'complete';
  patterns: string[];
  revisions: [string, U64][];
  since?: U64;
  origin?: string;
}
