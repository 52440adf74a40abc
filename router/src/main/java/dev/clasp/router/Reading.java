package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import dev.clasp.router.FlowKey.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What thinning needs to know of the message that is being delivered. Made once per message,
 * however many receivers thin it, and not used longer than its view is valid.
 *
 * @param key of the flow that the message belongs to or, at an {@code edge}, ends; null for what
 *     has none
 * @param edge start, end or cancellation of a gesture
 * @param scalar the value if it is a number
 * @param nanos monotonic time
 */
record Reading(
    MessageView view,
    int typeBit,
    @Nullable FlowKey key,
    boolean edge,
    @Nullable Scalar scalar,
    long nanos) {

  private static final int VALUE = 1;
  private static final int SAMPLES = 2;

  /**
   * Reads a message.
   *
   * @param address null if it is not known: then the message is not thinned
   * @param sender who does not receive it
   */
  static Reading of(
      MessageView view,
      int typeBit,
      @Nullable Address address,
      @Nullable Session sender,
      long nanos) {
    if (address == null) {
      return new Reading(view, typeBit, null, false, null, nanos);
    }
    byte[] b = view.buffer();
    if (view.type() == MessageType.SET) {
      return new Reading(
          view,
          typeBit,
          new FlowKey(address, Kind.PARAMETER, null, 0),
          false,
          Scalar.of(b, view.valueType(), view.valueOffset()),
          nanos);
    }
    int id = view.hasId() ? view.id() : 0;
    Scalar scalar =
        view.contentIndicator() == VALUE
            ? Scalar.of(b, b[view.contentOffset()], view.contentOffset() + 1)
            : null;
    return switch (SignalType.ofCode(view.signalCode())) {
      case STREAM ->
          new Reading(
              view, typeBit, new FlowKey(address, Kind.STREAM, null, id), false, scalar, nanos);
      case GESTURE ->
          new Reading(
              view,
              typeBit,
              new FlowKey(address, Kind.MOVE, sender, id),
              view.phaseCode() != GesturePhase.MOVE.code(),
              scalar,
              nanos);
      case PARAM, EVENT, TIMELINE -> new Reading(view, typeBit, null, false, null, nanos);
    };
  }

  /** How many numbers the content has that can be gathered, 0 to 65,535. */
  int samples() {
    if (key == null || key.kind() != Kind.STREAM) {
      return 0;
    }
    if (view.contentIndicator() == SAMPLES) {
      return Bytes.u16(view.buffer(), view.contentOffset());
    }
    return scalar == null ? 0 : 1;
  }

  double sample(int index) {
    return scalar != null
        ? scalar.real()
        : Double.longBitsToDouble(Bytes.i64(view.buffer(), view.contentOffset() + 2 + 8 * index));
  }
}
