package dev.clasp.client;

import dev.clasp.protocol.CloseReason;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What happens to a client. Reported to the listener, in order, on the dispatcher. */
public sealed interface ClientEvent {

  /** A connection is being opened. */
  record Connecting(URI uri) implements ClientEvent {}

  /**
   * Connected, and every subscription is in place again.
   *
   * @param session id that the router gave this connection
   * @param resumed true after a reconnect
   */
  record Connected(URI uri, String session, ServerIdentity server, boolean resumed)
      implements ClientEvent {}

  /**
   * The connection is gone.
   *
   * @param reason what the transport saw
   * @param locks addresses that were locked by this session; the locks are lost
   */
  record Disconnected(CloseReason reason, List<String> locks) implements ClientEvent {
    /** Copies the collections. */
    public Disconnected {
      locks = List.copyOf(locks);
    }
  }

  /**
   * The next attempt is scheduled.
   *
   * @param attempt from 1
   * @param delay until it starts
   * @param cause why the last one failed; empty right after the connection was lost
   */
  record Reconnecting(int attempt, Duration delay, Optional<ClaspException> cause)
      implements ClientEvent {}

  /** There will be no more attempts; the client is closed. */
  record ReconnectGaveUp(ClaspException cause) implements ClientEvent {}

  /**
   * The router sent an ERROR.
   *
   * @param code see {@link dev.clasp.protocol.ErrorCode}
   * @param expected true: a request of this client failed with it, and the caller knows
   */
  record ErrorReceived(int code, String message, Optional<String> address, boolean expected)
      implements ClientEvent {}

  /**
   * Signals were lost because a callback or the connection is too slow. Reported at most once a
   * second.
   *
   * @param count since the last report
   */
  record Dropped(long count, String what) implements ClientEvent {}

  /** A callback threw. Delivery goes on. */
  record CallbackFailed(String pattern, Throwable cause) implements ClientEvent {}

  /** A frame could not be decoded and was ignored. Reported at most once a second. */
  record Undecodable(String reason) implements ClientEvent {}

  /** {@code close()} has finished. Always last. */
  record Closed() implements ClientEvent {}
}
