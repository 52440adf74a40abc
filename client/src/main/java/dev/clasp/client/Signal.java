package dev.clasp.client;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a subscription delivers. Immutable. Times are router time in Unix microseconds. */
public sealed interface Signal {

  /** Where it happened. */
  String address();

  /** Which type filter it passed. */
  SignalType type();

  /** What it brought: of a stream the newest sample; {@link Value#NULL} if it came without. */
  Value value();

  /**
   * The value as an object of this class: see {@link Values}.
   *
   * @throws ClaspException of kind INVALID: it is something else; names the address, and the place
   *     in the value
   */
  default <T> T as(Class<T> type) {
    return Addresses.at(address(), () -> Values.as(value(), type));
  }

  /**
   * A parameter has a new value, or its value at the time of the subscription.
   *
   * @param revision goes up by one with each write; unsigned
   * @param writer session id of the writer; only from a snapshot
   * @param timestampMicros time of the write; only from a snapshot
   * @param fromSnapshot true: the state found when subscribing or reconnecting; false: it was
   *     written just now
   */
  record Change(
      String address,
      Value value,
      long revision,
      Optional<String> writer,
      OptionalLong timestampMicros,
      boolean fromSnapshot)
      implements Signal {
    @Override
    public SignalType type() {
      return SignalType.PARAM;
    }
  }

  /**
   * Something happened.
   *
   * @param value {@link Value#NULL} if it came without one
   */
  record Event(String address, Value value, OptionalLong timestampMicros) implements Signal {
    @Override
    public SignalType type() {
      return SignalType.EVENT;
    }
  }

  /**
   * One or more samples of a stream, oldest first; normally one.
   *
   * @param rate samples per second, if the sender told it
   */
  record Stream(String address, List<Value> values, OptionalInt rate, OptionalLong timestampMicros)
      implements Signal {
    /** Copies the collections. */
    public Stream {
      values = List.copyOf(values);
    }

    /** The newest sample; {@link Value#NULL} if there is none. */
    @Override
    public Value value() {
      return values.isEmpty() ? Value.NULL : values.getLast();
    }

    @Override
    public SignalType type() {
      return SignalType.STREAM;
    }
  }

  /**
   * A step of a gesture.
   *
   * @param id of the contact; unsigned, 0 if the sender gave none
   */
  record Gesture(
      String address, int id, GesturePhase phase, Value value, OptionalLong timestampMicros)
      implements Signal {
    @Override
    public SignalType type() {
      return SignalType.GESTURE;
    }
  }

  /**
   * A timeline was published.
   *
   * @param timeline empty if the sender's keyframes do not travel (the published clients lose them)
   *     or are not understood
   * @param value as received; {@link Value#NULL} if it came without one
   * @param timestampMicros when it starts
   */
  record TimelinePublished(
      String address, Optional<Timeline> timeline, Value value, OptionalLong timestampMicros)
      implements Signal {
    @Override
    public SignalType type() {
      return SignalType.TIMELINE;
    }
  }
}
