package dev.clasp.router;

/** How short of memory the process is, and so what a router still takes on. */
public enum MemoryPressure {
  NONE,
  /** No new sessions, and no parameters that are not there yet. */
  HIGH,
  /** Also ends sessions that read too slowly, at once. */
  CRITICAL
}
