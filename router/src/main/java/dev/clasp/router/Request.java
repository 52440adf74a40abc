package dev.clasp.router;

import dev.clasp.protocol.FrameDescriptor;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A request that can be told from others: its frame has a timestamp, which the answers repeat as
 * correlation id, or it is a commit message with an identity, whose answers are kept so that a
 * repetition gets them again. All other requests, that is nearly all, have no such object. Lane
 * thread only.
 */
final class Request {

  /** Bytes of answers kept; the latest stay, among them the ACK. */
  private static final int MAX_ANSWER_BYTES = 4096;

  private final OptionalLong stamp;
  private Commits.@Nullable Identity identity;
  private final ArrayDeque<byte[]> answers = new ArrayDeque<>(1);
  private int answerBytes;

  private Request(OptionalLong stamp) {
    this.stamp = stamp;
  }

  /** A request whose frame has no timestamp. */
  static Request unstamped() {
    return new Request(OptionalLong.empty());
  }

  /** A request whose frame has a timestamp, see {@link FrameDescriptor#FLAG_TIMESTAMP}. */
  static Request stamped(long stamp) {
    return new Request(OptionalLong.of(stamp));
  }

  /** The timestamp of the frame; 0 if it has none. */
  long stamp() {
    return stamp.orElse(0);
  }

  /** The low 32 bits of the timestamp. */
  OptionalInt correlationId() {
    return stamp.isPresent() ? OptionalInt.of((int) stamp.getAsLong()) : OptionalInt.empty();
  }

  /** What makes this commit message the same as another; null for all other requests. */
  Commits.@Nullable Identity identity() {
    return identity;
  }

  void identify(Commits.Identity newIdentity) {
    identity = newIdentity;
  }

  /** Notes an answer, if a repetition may ask for it. */
  void answered(Outgoing reply) {
    if (identity == null) {
      return;
    }
    byte[] frame = reply.retain().frame();
    answers.addLast(frame);
    answerBytes += frame.length;
    while (answerBytes > MAX_ANSWER_BYTES && answers.size() > 1) {
      answerBytes -= answers.removeFirst().length;
    }
  }

  Iterable<byte[]> answers() {
    return answers;
  }
}
