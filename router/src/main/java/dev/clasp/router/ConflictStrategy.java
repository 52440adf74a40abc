package dev.clasp.router;

/** What decides whether a write to an existing parameter is accepted (router.md 5.3, D12). */
public enum ConflictStrategy {
  /** Last write wins, in the order of arrival. */
  LWW,
  /** Only a greater number; equal is refused. */
  MAX,
  /** Only a smaller number; equal is refused. */
  MIN,
  /** The first writer takes the lock and keeps it until it unlocks or leaves. */
  LOCK,
  /** A map is merged into the stored map, field by field. */
  MERGE
}
