package dev.clasp.router.spi;

import dev.clasp.protocol.CloseReason;
import dev.clasp.security.Identity;
import java.util.Optional;

/**
 * Is told who comes and goes and what they may not do, for an audit log. Called on the threads of
 * lanes, sometimes under the lock of a stripe: must return at once, must not call the router and
 * must not throw.
 */
public interface Witness {

  /** Nobody wants to know. */
  Witness NONE = new Witness() {};

  /**
   * A session, as it began.
   *
   * @param name chosen by the client
   */
  record Party(String session, String name, String peer, String transport, Identity identity) {}

  /** A session has begun. */
  default void began(Party party) {}

  /** A session has ended, or another HELLO has taken its place. */
  default void ended(Party party, Optional<CloseReason> reason) {}

  /**
   * A request was refused because the token does not allow it.
   *
   * @param code that the client was told
   * @param address or pattern that it named
   */
  default void denied(Party party, int code, String text, Optional<String> address) {}

  /** An administrator took the lock of another session away. */
  default void lockBroken(Party administrator, Party holder, String address) {}
}
