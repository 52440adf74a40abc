package dev.clasp.router;

import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.TimelineException;
import dev.clasp.protocol.Value;
import dev.clasp.protocol.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a timeline PUBLISH asks of the router (docs/protocol-extensions.md). Immutable.
 *
 * @param timeline null to forget the timeline of the address: no keyframes
 * @param play the router plays it; otherwise it only keeps it
 * @param startMicros Unix time; empty to start when it arrives
 * @param rate samples per second as asked for, 1 to {@value #MAX_RATE}; 0 if not asked for
 */
record TimelineRequest(
    @Nullable Timeline timeline, boolean play, OptionalLong startMicros, int rate) {

  static final int MAX_RATE = 1000;

  /**
   * Reads a PUBLISH; null if it asks nothing: another signal, or content that is no keyframe map,
   * such as the timelines of published clients, whose keyframes their codecs drop (wire.md 7.4).
   *
   * @throws TimelineException it is a keyframe map, but a wrong one
   */
  static @Nullable TimelineRequest of(MessageView publish) {
    if (publish.signalCode() != SignalType.TIMELINE.code()
        || publish.contentIndicator() != 1
        || publish.buffer()[publish.contentOffset()] != ValueLayout.MAP) {
      return null;
    }
    Value value =
        ValueLayout.read(
            publish.buffer(),
            ValueLayout.MAP,
            publish.contentOffset() + 1,
            publish.contentOffset() + publish.contentLength());
    if (!(value instanceof Value.Map(Map<String, Value> map)) || !map.containsKey("keyframes")) {
      return null;
    }
    if (map.get("keyframes") instanceof Value.Array(List<Value> keyframes) && keyframes.isEmpty()) {
      return new TimelineRequest(null, false, OptionalLong.empty(), 0);
    }
    Timeline timeline = Timeline.ofValue(value);
    OptionalLong start = timeline.startMicros();
    if (start.isEmpty() && publish.hasTimestamp()) {
      if (publish.timestamp() < 0) {
        throw new TimelineException("the timestamp lies beyond any time");
      }
      start = OptionalLong.of(publish.timestamp());
    }
    return new TimelineRequest(timeline, play(map), start, rate(publish));
  }

  private static boolean play(Map<String, Value> map) {
    return switch (map.getOrDefault("play", Value.NULL)) {
      case Value.Bool(boolean play) -> play;
      case Value.Null _ -> false;
      case Value.Int _, Value.Float _, Value.Text _, Value.Bytes _, Value.Array _, Value.Map _ ->
          throw new TimelineException("play must be true or false");
    };
  }

  private static int rate(MessageView publish) {
    return publish.hasRate() ? Math.clamp(Integer.toUnsignedLong(publish.rate()), 1, MAX_RATE) : 0;
  }
}
