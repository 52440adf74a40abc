package dev.clasp.router;

import dev.clasp.router.spi.RouterClock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the subscriptions with options of one session thin: its {@link Flow}s. Lane thread only.
 *
 * <p>Bounded: beyond {@value #MAX_FLOWS} flows the oldest is forgotten, and beyond the bytes that
 * the session's queue may hold nothing more is held back; in both cases messages are delivered
 * earlier than asked for, never lost. A flow that neither holds nor remembers anything is forgotten
 * after a while.
 */
final class Flows {

  static final int MAX_FLOWS = 16_384;

  /** Time between two looks for flows to forget. */
  static final long SWEEP_NANOS = 30_000_000_000L;

  private final Lane lane;
  private final Outbound outbound;
  private final RouterClock clock;
  private final long maxHeldBytes;
  private final Map<FlowKey, Flow> flows = new LinkedHashMap<>();
  private long heldBytes;
  private Agenda.@Nullable Entry sweep;

  Flows(Lane lane, Outbound outbound, Router router) {
    this.lane = lane;
    this.outbound = outbound;
    this.clock = router.clock();
    this.maxHeldBytes = router.config().queueBytes();
  }

  /** Delivers, holds back or drops a message for a session with options. */
  void deliver(Outgoing message, Reading reading, Route.Thinned member) {
    FlowKey key = reading.key();
    if (key == null) {
      outbound.send(message);
    } else if (reading.edge()) {
      Flow flow = flows.remove(key);
      if (flow != null) {
        flow.release();
        flow.end();
      }
      outbound.send(message);
    } else if ((member.plainMask() & reading.typeBit()) != 0) {
      Flow flow = flows.get(key);
      if (flow != null) {
        flow.passes(reading);
      }
      outbound.send(message);
    } else {
      Flow flow = flows.get(key);
      if (flow == null) {
        flow = open(key, member.rules());
      }
      flow.offer(message, reading, member.rules());
    }
  }

  private Flow open(FlowKey key, Subscription[] rules) {
    if (flows.size() >= MAX_FLOWS) {
      Iterator<Flow> oldest = flows.values().iterator();
      Flow forgotten = oldest.next();
      oldest.remove();
      forgotten.release();
      forgotten.end();
    }
    Flow flow = new Flow(key, this, rules);
    flows.put(key, flow);
    if (sweep == null) {
      sweep = lane.agenda().after(SWEEP_NANOS, this::sweep);
    }
    return flow;
  }

  /** The session is sent the current value of a parameter, in answer to a request of its own. */
  void shown(Address address) {
    if (!flows.isEmpty()) {
      Flow flow = flows.get(new FlowKey(address, FlowKey.Kind.PARAMETER, null, 0));
      if (flow != null) {
        flow.shown(Scalar.of(address.value, address.valueType, 0));
      }
    }
  }

  /** The session is about to be sent past samples of a stream: what is newer has to be out. */
  void releaseStream(Address address) {
    if (!flows.isEmpty()) {
      Flow flow = flows.get(new FlowKey(address, FlowKey.Kind.STREAM, null, 0));
      if (flow != null) {
        flow.release();
      }
    }
  }

  /**
   * A subscription has ended.
   *
   * @param successor the one of the same id that takes its place, if any
   */
  void ended(Subscription subscription, @Nullable Subscription successor) {
    if (subscription.thinning().mask() == 0) {
      return;
    }
    for (Iterator<Flow> i = flows.values().iterator(); i.hasNext(); ) {
      Flow flow = i.next();
      byte[] name = flow.key().address().name;
      boolean succeeds = successor != null && successor.pattern().matches(name, 0, name.length);
      if (flow.ends(subscription, succeeds ? successor : null)) {
        flow.end();
        i.remove();
      }
    }
  }

  /** The session has ended. */
  void end() {
    flows.values().forEach(Flow::end);
    flows.clear();
    if (sweep != null) {
      sweep.cancel();
      sweep = null;
    }
  }

  private void sweep() {
    long now = clock.nanos();
    flows
        .values()
        .removeIf(flow -> {
          boolean idle = flow.idle(now);
          if (idle) {
            flow.end();
          }
          return idle;
        });
    sweep = flows.isEmpty() ? null : lane.agenda().after(SWEEP_NANOS, this::sweep);
  }

  int size() {
    return flows.size();
  }

  long heldBytes() {
    return heldBytes;
  }

  // --- for the flows -----------------------------------------------------------------------------

  Outbound outbound() {
    return outbound;
  }

  Agenda agenda() {
    return lane.agenda();
  }

  long nanos() {
    return clock.nanos();
  }

  long unixMicros() {
    return clock.unixMicros();
  }

  /** Room for so many bytes more; false if there is none. */
  boolean reserve(int bytes) {
    if (heldBytes + bytes > maxHeldBytes) {
      return false;
    }
    heldBytes += bytes;
    return true;
  }

  void free(int bytes) {
    heldBytes -= bytes;
  }

  /** One message less for the receiver. */
  void thinned() {
    lane.add(Counter.THINNED, 1);
  }
}
