package dev.clasp.oscquery;

/** What an OSCQuery server counts. */
public enum OscQueryCounter {
  /** HTTP requests. */
  REQUESTS,
  /** Requests of web pages of others, or under foreign names. */
  REFUSED_ORIGINS,
  /** Connections and WebSockets beyond the limits. */
  REFUSED_CONNECTIONS,
  /** WebSockets, since the start. */
  SESSIONS,
  /** JSON commands that were understood. */
  COMMANDS,
  /** Text and binary messages that were not. */
  MALFORMED,
  /** OSC messages that went to the router. */
  OSC_IN,
  /** OSC messages that were left out: nobody knows the address, or it cannot be written. */
  OSC_DROPPED,
  /** Writes that the router refused. */
  REFUSED_WRITES,
  /** OSC messages sent to listeners. */
  OSC_OUT,
  /** Values that a newer one replaced while a listener was slow. */
  CONFLATED,
  /** WebSockets closed because they did not read. */
  TOO_SLOW
}
