package dev.clasp.adapterosc;

import java.util.Locale;

/** What the adapter counts, in one list. Totals since start. */
enum OscCounter {
  /** Packets that came. */
  RECEIVED,
  /** Messages in them, reserved ones included. */
  MESSAGES,
  /** Messages that were sent. */
  SENT,
  /** Packets that were not sent: too long, or the socket takes no more. */
  UNSENT,
  /** No OSC. */
  UNDECODABLE,
  /** Longer than allowed. */
  OVERSIZE,
  /** From networks that may not come. */
  REFUSED_SOURCE,
  /** From programs that have shown no token. */
  REFUSED_TOKEN,
  /** New programs for which there is no room. */
  REFUSED_FULL,
  /** Messages above the rate of their host. */
  REFUSED_RATE,
  /** Messages that the router, or the adapter, did not execute. */
  REFUSED,
  /** Errors that were told. */
  ERRORS_SENT,
  /** Messages dropped because the router could not take more. */
  DROPPED,
  /** Sessions that began. */
  SESSIONS_OPENED,
  /** Sessions that said nothing for too long. */
  SESSIONS_TIMED_OUT,
  /** Sessions that the router ended and that were opened again. */
  SESSIONS_RESTORED,
  /** Patterns that were looked up. */
  PATTERNS,
  /** Trouble with sockets: unreachable peers, interfaces that went down. */
  SOCKET_ERRORS;

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
