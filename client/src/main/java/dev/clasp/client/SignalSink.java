package dev.clasp.client;

import java.util.Optional;

/** Where the signals of a subscription go. */
interface SignalSink {

  /** Loop. Takes a signal; never waits. */
  SignalBuffer.Outcome signal(Signal signal);

  /** Loop. The state at this moment was delivered; after each connecting, and after subscribing. */
  default void inForce() {}

  /** Loop. The connection is lost: nothing comes until the next {@link #inForce}. */
  default void lost() {}

  /**
   * The subscription has ended. Once; on the loop, or on the thread that closed it.
   *
   * @param failure why, unless it was closed as the user wanted
   * @param now true: what is waiting is not wanted any more
   */
  void ended(Optional<ClaspException> failure, boolean now);
}
