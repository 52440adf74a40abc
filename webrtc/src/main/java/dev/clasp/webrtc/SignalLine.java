package dev.clasp.webrtc;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Signals on their way to the router, not faster than it takes them (100/s for a session). Those of
 * attempts go first, relayed data after them, turn by turn for each peer; what waits for the same
 * peer goes in one signal, so the limit is one of signals and hardly one of messages. Loop only.
 */
final class SignalLine {

  /** The way to the router. */
  interface Router {
    /** Session id of this client; empty while it is not connected. */
    String session();

    /** Publishes an event; completes when it is handed to the connection. */
    CompletableFuture<Void> publish(String address, Value value);
  }

  private record Control(String target, PeerSignal signal) {}

  private record Message(byte[] data, boolean reliable, CompletableFuture<Route> sent) {}

  private static final class Waiting {
    final Queue<Message> messages = new ArrayDeque<>();
    int bytes;
  }

  /** Of a MessagePack-like list in a frame: kind and length. */
  private static final int PER_MESSAGE = 8;

  private static final long SECOND = 1_000_000_000L;

  private final Router router;
  private final Loop loop;
  private final Queue<Control> control = new ArrayDeque<>();

  /** In the order in which they get their turn. */
  private final Map<String, Waiting> relay = new LinkedHashMap<>();

  private double level = Limits.SIGNAL_BURST;
  private long filledAt;
  private Loop.@Nullable Timer timer;
  private long dropped;

  SignalLine(Router router, Loop loop) {
    this.router = router;
    this.loop = loop;
    this.filledAt = loop.nanos();
  }

  /** Sends a signal, now or in its turn. While there is no router it is lost, as its attempt is. */
  void send(String target, PeerSignal signal) {
    if (control.size() >= Limits.MAX_SIGNALS || router.session().isEmpty()) {
      dropped++;
      return;
    }
    control.add(new Control(target, signal));
    work();
  }

  /** Sends data through the router. */
  void relay(String target, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    if (data.length > Limits.MAX_RELAYED) {
      sent.completeExceptionally(
          new PeerException(
              PeerException.Kind.TOO_LARGE,
              "a message of "
                  + data.length
                  + " bytes is too long for the way through the router: at most "
                  + Limits.MAX_RELAYED));
      return;
    }
    if (router.session().isEmpty()) {
      sent.completeExceptionally(noRouter());
      return;
    }
    Waiting waiting = relay.computeIfAbsent(target, _ -> new Waiting());
    if (waiting.bytes + data.length + PER_MESSAGE > Limits.MAX_RELAY_WAITING) {
      sent.completeExceptionally(
          new PeerException(
              PeerException.Kind.OVERFLOW,
              waiting.bytes
                  + " bytes already wait for "
                  + target
                  + " on the way through the router, which takes "
                  + Limits.SIGNALS_PER_SECOND
                  + " signals a second"));
      return;
    }
    waiting.messages.add(new Message(data, reliable, sent));
    waiting.bytes += data.length + PER_MESSAGE;
    work();
  }

  /** The connection to the router is gone: nothing that waits makes sense any more. */
  void lost() {
    control.clear();
    List<Waiting> all = List.copyOf(relay.values());
    relay.clear();
    all.forEach(waiting -> waiting.messages.forEach(m -> m.sent.completeExceptionally(noRouter())));
  }

  /** Signals that were not sent. */
  long dropped() {
    return dropped;
  }

  private static PeerException noRouter() {
    return new PeerException(
        PeerException.Kind.NO_ROUTER, "there is no connection to the router at the moment");
  }

  private void work() {
    long now = loop.nanos();
    level =
        Math.min(
            Limits.SIGNAL_BURST,
            level + (double) (now - filledAt) * Limits.SIGNALS_PER_SECOND / SECOND);
    filledAt = now;
    while (level >= 1 && sendOne()) {
      level--;
    }
    if (timer == null && (!control.isEmpty() || !relay.isEmpty())) {
      timer =
          loop.after(
              Duration.ofNanos(SECOND / Limits.SIGNALS_PER_SECOND),
              () -> {
                timer = null;
                work();
              });
    }
  }

  private boolean sendOne() {
    Control next = control.poll();
    if (next != null) {
      // A lost signal shows as an attempt that ends by its time limit.
      router.publish(SignalCodec.address(next.target), SignalCodec.encode(next.signal));
      return true;
    }
    Iterator<Map.Entry<String, Waiting>> turns = relay.entrySet().iterator();
    if (!turns.hasNext()) {
      return false;
    }
    Map.Entry<String, Waiting> turn = turns.next();
    turns.remove();
    String target = turn.getKey();
    Waiting waiting = turn.getValue();
    List<Message> batch = batch(waiting);
    if (!waiting.messages.isEmpty()) {
      relay.put(target, waiting);
    }
    List<byte[]> data = batch.stream().map(Message::data).toList();
    router
        .publish(
            SignalCodec.address(target),
            SignalCodec.encode(
                new PeerSignal.Relayed(router.session(), data, batch.getFirst().reliable)))
        .whenComplete((_, failure) -> {
          for (Message message : batch) {
            if (failure == null) {
              message.sent.complete(Route.RELAY);
            } else {
              message.sent.completeExceptionally(failure);
            }
          }
        });
    return true;
  }

  /** As many of one kind as fit into a signal, in their order. */
  private static List<Message> batch(Waiting waiting) {
    List<Message> batch = new ArrayList<>();
    int bytes = 0;
    for (Message next = waiting.messages.peek(); next != null; next = waiting.messages.peek()) {
      int size = next.data.length + PER_MESSAGE;
      boolean fits =
          batch.isEmpty()
              || (bytes + size <= Limits.MAX_RELAYED && batch.getFirst().reliable == next.reliable);
      if (!fits) {
        break;
      }
      batch.add(waiting.messages.remove());
      bytes += size;
      waiting.bytes -= size;
    }
    return batch;
  }
}
