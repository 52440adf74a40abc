package dev.clasp.router;

import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest messages with QoS commit of one session, so that a repetition is not executed again
 * but gets the answers of the first (docs/qos.md). Made for the first such message only. Lane
 * thread only.
 */
final class Commits {

  /**
   * What makes two commit messages the same.
   *
   * @param stamp time in the frame's header, else the time in the message
   * @param ofFrame which of the two
   * @param hash of the payload, with the router's random seed
   * @param length of the payload
   */
  record Identity(long stamp, boolean ofFrame, long hash, int length) {}

  private final int window;
  private final Map<Identity, Request> latest = new LinkedHashMap<>();

  /**
   * @param window how many are remembered
   */
  Commits(int window) {
    this.window = window;
  }

  /**
   * The identity of a SET, PUBLISH or BUNDLE, or null if it has none and is simply executed.
   *
   * @param request set if the frame has a timestamp
   */
  static @Nullable Identity identityOf(
      MessageView message, @Nullable Request request, AddressSpace space) {
    boolean ofFrame = request != null;
    long stamp = request != null ? request.stamp() : stampOf(message);
    // Time 0 in a message means "at once" and identifies nothing.
    return !ofFrame && stamp == 0
        ? null
        : new Identity(
            stamp,
            ofFrame,
            space.hash(message.buffer(), message.offset(), message.length()),
            message.length());
  }

  private static long stampOf(MessageView message) {
    return switch (message.type()) {
      case MessageType.PUBLISH -> message.hasTimestamp() ? message.timestamp() : 0;
      // An empty bundle calls others off; to do that again does no harm.
      case MessageType.BUNDLE ->
          message.hasBundleTimestamp() && message.bundleCount() > 0 ? message.bundleTimestamp() : 0;
      default -> 0;
    };
  }

  /** The first message of this identity, or null if this is the first. */
  @Nullable Request find(Identity identity) {
    return latest.get(identity);
  }

  /** Remembers a message, and forgets the oldest beyond the window. */
  void remember(Identity identity, Request request) {
    request.identify(identity);
    latest.put(identity, request);
    if (latest.size() > window) {
      latest.remove(latest.keySet().iterator().next());
    }
  }

  /** The message was not executed, or was called off: it may come again. */
  void forget(Identity identity) {
    latest.remove(identity);
  }
}
