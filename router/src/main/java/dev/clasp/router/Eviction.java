package dev.clasp.router;

/** Which stored parameter makes room when a router is full (router.md 5.8). */
public enum Eviction {
  /** The one not written or read with GET for longest, found by sampling. */
  LEAST_RECENT,
  /** The one written longest ago, found by sampling. */
  OLDEST_WRITE,
  /** None: the new one is refused. */
  REFUSE_NEW
}
