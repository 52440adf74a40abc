package dev.clasp.client;

/** Where a client is in its life. */
public enum ClientState {
  /** The first connection is being made. */
  CONNECTING,
  /** Connected and subscribed. */
  CONNECTED,
  /** The connection was lost; the client is waiting for the next attempt or making it. */
  RECONNECTING,
  /** {@code close()} was called; what was submitted before is being finished. */
  CLOSING,
  /** The end: closed, refused by the router, or out of attempts. */
  CLOSED
}
