package dev.clasp.adaptermqtt;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client is to get with QoS 1 and 2 (MQTT 5.0 sections 4.3, 4.4 and 4.9): the window of what
 * was sent and is not answered, and the queue of what waits for a place in it. Bounded; the oldest
 * that waits goes first. Loop thread.
 */
final class Deliveries {

  /**
   * How far the queue may grow while the client is there: the router stops when it hears that there
   * is no room, but has handed over one batch of 64 KiB by then.
   */
  private static final int BATCH_MESSAGES = 4096;

  private static final int BATCH_BYTES = BATCH_MESSAGES * 128;

  /** A letter that was sent and is not answered. */
  private static final class Inflight {
    final Letter letter;

    /** PUBREC has come: only PUBCOMP is missing. */
    boolean received;

    Inflight(Letter letter) {
      this.letter = letter;
    }
  }

  private final Broker broker;
  private final Map<Integer, Inflight> inflight = new LinkedHashMap<>();

  /** Of the window, what a new connection has not got again yet. */
  private final ArrayDeque<Integer> again = new ArrayDeque<>();

  private final ArrayDeque<Letter> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private int nextId;
  private boolean held;

  Deliveries(Broker broker) {
    this.broker = broker;
  }

  /** To a client that is there. */
  void send(MqttLink link, Letter letter) {
    if (waiting.isEmpty() && outstanding() < link.window()) {
      dispatch(link, letter);
    } else {
      keep(letter, BATCH_MESSAGES, BATCH_BYTES);
    }
  }

  /** For a client that is away. */
  void keep(Letter letter) {
    keep(letter, 0, 0);
  }

  private void keep(Letter letter, int moreMessages, int moreBytes) {
    int messages = broker.config.queueMessages() + moreMessages;
    int bytes = broker.config.queueBytes() + moreBytes;
    while (!waiting.isEmpty()
        && (waiting.size() >= messages || waitingBytes + letter.bytes() > bytes)) {
      waitingBytes -= waiting.remove().bytes();
      broker.counts.add(MqttCounter.DROPPED);
    }
    if (messages == 0 || letter.bytes() > bytes) {
      broker.counts.add(MqttCounter.DROPPED);
      return;
    }
    waiting.add(letter);
    waitingBytes += letter.bytes();
  }

  /** Nothing above the bounds stays for a client that has left. */
  void left() {
    again.clear();
    held = false;
    while (waiting.size() > broker.config.queueMessages()
        || waitingBytes > broker.config.queueBytes()) {
      waitingBytes -= waiting.remove().bytes();
      broker.counts.add(MqttCounter.DROPPED);
    }
  }

  private int outstanding() {
    return inflight.size() - again.size();
  }

  private void dispatch(MqttLink link, Letter letter) {
    int id = freeId();
    if (link.publish(letter, id, false)) {
      inflight.put(id, new Inflight(letter));
    }
  }

  private int freeId() {
    do {
      nextId = nextId % 65_535 + 1;
    } while (inflight.containsKey(nextId));
    return nextId;
  }

  /**
   * The client has come back (section 4.4): what it has not answered is sent again, in order and as
   * far as its new window lets it; then what waits.
   */
  void redeliver(MqttLink link) {
    again.clear();
    again.addAll(inflight.keySet());
    pump(link);
  }

  private void pump(MqttLink link) {
    while (!again.isEmpty() && outstanding() < link.window()) {
      int id = again.remove();
      Inflight sent = inflight.get(id);
      if (sent == null) {
        continue;
      }
      if (sent.received) {
        link.acknowledge(PacketType.PUBREL, id, Reason.SUCCESS);
      } else if (!link.publish(sent.letter, id, true)) {
        inflight.remove(id);
      }
    }
    while (!waiting.isEmpty() && outstanding() < link.window()) {
      Letter next = waiting.remove();
      waitingBytes -= next.bytes();
      if (next.expired(broker.time.nanos())) {
        broker.counts.add(MqttCounter.EXPIRED);
      } else {
        dispatch(link, next);
      }
    }
  }

  /** PUBACK, PUBREC or PUBCOMP of the client. */
  void acknowledged(MqttLink link, Packet.Acknowledgement packet) {
    Inflight sent = inflight.get(packet.id());
    switch (packet.type()) {
      case PacketType.PUBACK -> {
        if (sent != null && sent.letter.qos() == 1) {
          done(packet.id());
        }
      }
      case PacketType.PUBREC -> {
        if (sent == null || sent.letter.qos() != 2) {
          if (!Reason.isFailure(packet.reason())) {
            link.acknowledge(PacketType.PUBREL, packet.id(), Reason.PACKET_ID_NOT_FOUND);
          }
        } else if (Reason.isFailure(packet.reason())) {
          done(packet.id());
        } else {
          sent.received = true;
          link.acknowledge(PacketType.PUBREL, packet.id(), Reason.SUCCESS);
        }
      }
      default -> {
        if (sent != null && sent.received) {
          done(packet.id());
        }
      }
    }
    pump(link);
  }

  private void done(int id) {
    inflight.remove(id);
    again.remove(id);
  }

  /** Whether the router should go on handing over. */
  boolean room() {
    boolean room =
        waiting.size() < Math.max(1, broker.config.queueMessages())
            && waitingBytes < Math.max(1, broker.config.queueBytes());
    held |= !room;
    return room;
  }

  /** Whether the router was told to stop, and may go on; once. */
  boolean resumes() {
    if (held
        && 2 * waiting.size() <= broker.config.queueMessages()
        && 2 * waitingBytes <= broker.config.queueBytes()) {
      held = false;
      return true;
    }
    return false;
  }

  void clear() {
    again.clear();
    inflight.clear();
    waiting.clear();
    waitingBytes = 0;
  }
}
