package dev.clasp.bridge;

/** Where a bridge is in its life. */
public enum BridgeState {
  /** Nobody wants it to run. */
  STOPPED,
  /** It is being opened, or waits for the router. */
  STARTING,
  /** Messages come and go. */
  RUNNING,
  /** The other side is away, and the bridge is trying to reach it; what is sent waits. */
  DEGRADED,
  /** It failed, and is started again after a pause. */
  WAITING,
  /** It cannot work with these settings; only a change helps. */
  FAILED
}
