package dev.clasp.client;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkServer;
import java.net.URI;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A tiny router on a real WebSocket: confirms writes, answers reads, and echoes writes to every
 * connection. A script may answer instead. Thread-safe.
 */
final class ScriptedRouter implements AutoCloseable {

  private final EventLoops loops = EventLoops.create("scripted", 1);
  private final LinkServer server;
  private final BiFunction<FrameLink, Message, Optional<List<Message>>> script;
  private final List<FrameLink> links = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
  private final List<CloseReason> closed = new CopyOnWriteArrayList<>();
  private final AtomicInteger sessions = new AtomicInteger();

  // The loop.
  private final Map<String, Message.SetValue> state = new HashMap<>();

  /** A router without a script. */
  static ScriptedRouter start() {
    return start((_, _) -> Optional.empty());
  }

  /**
   * @param script what to answer to a message; empty = as usual
   */
  static ScriptedRouter start(BiFunction<FrameLink, Message, Optional<List<Message>>> script) {
    ScriptedRouter router = new ScriptedRouter(0, script);
    router.server.start();
    return router;
  }

  private ScriptedRouter(int port, BiFunction<FrameLink, Message, Optional<List<Message>>> script) {
    this.script = script;
    this.server = LinkServer.builder().port(port).loops(loops).acceptor(this::accept).build();
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + server.address().getPort());
  }

  /** Open connections, oldest first. */
  List<FrameLink> links() {
    return links;
  }

  /** Everything received so far, in order. */
  List<Message> received() {
    return List.copyOf(received);
  }

  /** Why connections ended. */
  List<CloseReason> closed() {
    return closed;
  }

  private FrameListener accept(FrameLink link) {
    links.add(link);
    return new FrameListener() {
      @Override
      public void frame(byte[] buffer, int offset, int length) {
        FrameCodec.Frame frame = FrameCodec.decode(buffer, offset, length);
        received.add(frame.message());
        List<Message> answers =
            script
                .apply(link, frame.message())
                .orElseGet(() -> answers(frame.message(), frame.qos()));
        answers.forEach(answer -> send(link, answer));
      }

      @Override
      public void closed(CloseReason reason) {
        links.remove(link);
        closed.add(reason);
      }
    };
  }

  /** Loop. Says something on a connection. */
  static void send(FrameLink link, Message message) {
    byte[] frame = FrameCodec.encode(message);
    int prefix = link.framing().prefixLength(frame.length);
    byte[] framed = new byte[prefix + frame.length];
    link.framing().writePrefix(framed, 0, frame.length);
    System.arraycopy(frame, 0, framed, prefix, frame.length);
    link.write(framed, 0, framed.length);
  }

  /** Any thread. Says something on every connection. */
  void broadcast(Message message) {
    for (FrameLink link : links) {
      link.loop().execute(() -> send(link, message));
    }
  }

  private List<Message> answers(Message message, Qos qos) {
    return switch (message) {
      case Message.Hello _ ->
          List.of(
              new Message.Welcome(
                  1,
                  EnumSet.of(Feature.PARAM),
                  System.currentTimeMillis() * 1000,
                  "session-" + sessions.incrementAndGet(),
                  "scripted",
                  Optional.empty()),
              new Message.Snapshot(List.of()));
      case Message.SetValue set -> {
        Message.SetValue stored = store(set);
        for (FrameLink link : links) {
          send(link, stored);
        }
        yield qos == Qos.FIRE
            ? List.of()
            : List.of(Rig.ack(set.address(), stored.revision().orElseThrow()));
      }
      case Message.Get(String address) -> {
        Message.@Nullable SetValue set = state.get(address);
        yield set == null
            ? List.of(Rig.error(404, "NotFound", address))
            : List.of(
                Rig.snapshot(
                    new Message.Parameter(
                        address,
                        set.value(),
                        set.revision().orElseThrow(),
                        Optional.empty(),
                        OptionalLong.empty())));
      }
      case Message.Bundle _ -> List.of(Rig.bundleAck(1));
      case Message.Ping _ -> List.of(new Message.Pong());
      case Message.Sync sync -> {
        OptionalLong now = OptionalLong.of(System.currentTimeMillis() * 1000);
        yield List.of(new Message.Sync(sync.t1Micros(), now, now));
      }
      default -> List.of();
    };
  }

  private Message.SetValue store(Message.SetValue set) {
    Message.@Nullable SetValue before = state.get(set.address());
    long revision = before == null ? 1 : before.revision().orElseThrow() + 1;
    Message.SetValue stored =
        new Message.SetValue(
            set.address(), set.value(), OptionalLong.of(revision), false, false, Optional.empty());
    state.put(set.address(), stored);
    return stored;
  }

  /** An event, as the router sends it. */
  static Message event(String address, Value value) {
    return new Message.Publish(
        address,
        dev.clasp.protocol.SignalType.EVENT,
        dev.clasp.protocol.GesturePhase.START,
        Message.Content.of(value),
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }
}
