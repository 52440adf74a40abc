package dev.clasp.router;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;

/**
 * How much of the past a new subscription is sent, and the sending of past messages. Called with
 * the lock of the address's stripe held, on the lane of the session.
 *
 * <p><b>Nothing newer is overtaken.</b> An address that somebody wrote after the subscription began
 * is left out: the subscription has that message already, or will have it before anything sent now.
 * Whoever writes looks at the address's route first, so the route's epoch tells.
 *
 * @param most entries per address
 * @param typeMask wanted signal types
 * @param epoch of the subscription index when the subscription began
 */
record HistoryReplay(int most, int typeMask, int epoch) {

  boolean mayFollow(Address address) {
    return address.routeEpoch - epoch < 0;
  }

  /** The past values that go before the current one, as indexes. */
  int[] values(History history, Address address) {
    boolean wanted = (typeMask & SignalType.PARAM.maskBit()) != 0;
    return history.values(wanted ? most - 1 : 0, address.revision);
  }

  /** Sends the past events and stream samples. */
  void messages(Session session, Address address, History history) {
    int[] indexes = history.messages(most, typeMask);
    if (indexes.length > 0) {
      session.flows().releaseStream(address);
    }
    for (int i : indexes) {
      if (session.outbound().stuffed()) {
        // It is slow, and the past is not worth closing its session for.
        return;
      }
      int length = history.length(i);
      byte[] frame = new byte[FrameDescriptor.HEADER_LENGTH + length];
      boolean event = history.kind(i) == SignalType.EVENT.maskBit();
      FrameDescriptor.writeHeader(frame, 0, event ? Qos.CONFIRM : Qos.FIRE, length);
      System.arraycopy(
          history.slots(), history.offset(i), frame, FrameDescriptor.HEADER_LENGTH, length);
      session
          .outbound()
          .send(new Delivery(frame, event ? DeliveryClass.EVENT : DeliveryClass.SAMPLE, address));
    }
  }
}
