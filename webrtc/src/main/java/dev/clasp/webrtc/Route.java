package dev.clasp.webrtc;

/** Which way data went or came. */
public enum Route {
  /** Directly, through a data channel. */
  PEER,
  /** Through the router. */
  RELAY
}
