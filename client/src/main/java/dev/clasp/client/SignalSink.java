package dev.clasp.client;

import java.util.Optional;

/** Where the signals of a subscription go. */
interface SignalSink {

  /** Loop. Takes a signal; never waits. */
  SignalBuffer.Outcome signal(Signal signal);

  /**
   * The subscription has ended. Once; on the loop, or on the thread that closed it.
   *
   * @param failure why, unless it was closed as the user wanted
   * @param now true: what is waiting is not wanted any more
   */
  void ended(Optional<ClaspException> failure, boolean now);
}
