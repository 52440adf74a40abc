package dev.clasp.client;

import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a parameter is written.
 *
 * @param qos FIRE: not confirmed, the future completes when the write is handed to the connection.
 *     CONFIRM and COMMIT: the future completes with the router's answer
 * @param lock take the lock on the address: until it is given back, only this session can write
 * @param unlock give the lock back with this write
 * @param ifRevision write only if the parameter is at this revision; unsigned
 * @param ttl lifetime, understood by routers of protocol 4 and ours
 */
public record SetOptions(
    Qos qos, boolean lock, boolean unlock, OptionalLong ifRevision, Optional<Ttl> ttl) {

  /** Confirmed; nothing special. */
  public static final SetOptions CONFIRM =
      new SetOptions(Qos.CONFIRM, false, false, OptionalLong.empty(), Optional.empty());

  /** Not confirmed: the fastest, for values that soon change again. */
  public static final SetOptions FIRE = CONFIRM.withQos(Qos.FIRE);

  /** Confirmed, with the highest quality of service. */
  public static final SetOptions COMMIT = CONFIRM.withQos(Qos.COMMIT);

  /**
   * Checks that they go together.
   *
   * @throws IllegalArgumentException both lock and unlock
   */
  public SetOptions {
    if (lock && unlock) {
      throw new IllegalArgumentException("a write takes the lock or gives it back, not both");
    }
  }

  /** With this quality of service. */
  public SetOptions withQos(Qos value) {
    return new SetOptions(value, lock, unlock, ifRevision, ttl);
  }

  /** Takes the lock with this write. */
  public SetOptions locking() {
    return new SetOptions(qos, true, false, ifRevision, ttl);
  }

  /** Gives the lock back with this write. */
  public SetOptions unlocking() {
    return new SetOptions(qos, false, true, ifRevision, ttl);
  }

  /** Writes only if the parameter is at this revision. */
  public SetOptions ifRevision(long revision) {
    return new SetOptions(qos, lock, unlock, OptionalLong.of(revision), ttl);
  }

  /** With a lifetime. */
  public SetOptions withTtl(Ttl value) {
    return new SetOptions(qos, lock, unlock, ifRevision, Optional.of(value));
  }

  /** True if a later plain write of the same address makes this one superfluous. */
  boolean isPlain() {
    return !lock && !unlock && ifRevision.isEmpty();
  }
}
