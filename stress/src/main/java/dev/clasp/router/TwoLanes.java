package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.RouterClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A router with two lanes and a client on each, for two actors to play the lanes' threads. What the
 * lanes post to themselves or to each other waits until the arbiter lets it run.
 *
 * <p>Making one is expensive, so that they are used again, with a new address each time: the tests
 * meet a hundred times as often.
 */
final class TwoLanes {

  private static final Map<RouterConfig, Queue<TwoLanes>> POOL = new ConcurrentHashMap<>();
  private static final AtomicLong USES = new AtomicLong();

  final Router router;
  final Client one;
  final Client two;
  private final RouterConfig config;
  private final List<Loop> loops = new ArrayList<>();

  /** The address of this use. */
  String address = "";

  private TwoLanes(RouterConfig config) {
    this.config = config;
    this.router = new Router(config, RouterClock.system());
    this.one = client();
    this.two = client();
  }

  static TwoLanes take(RouterConfig config) {
    TwoLanes lanes = POOL.computeIfAbsent(config, _ -> new ConcurrentLinkedQueue<>()).poll();
    if (lanes == null) {
      lanes = new TwoLanes(config);
    }
    lanes.address = "/x/" + USES.incrementAndGet();
    lanes.settle();
    lanes.one.received.clear();
    lanes.two.received.clear();
    return lanes;
  }

  /** Ends this use. */
  void giveBack() {
    one.send(UNSUBSCRIBE);
    two.send(UNSUBSCRIBE);
    settle();
    Objects.requireNonNull(POOL.get(config)).add(this);
  }

  private Client client() {
    Loop loop = new Loop();
    loops.add(loop);
    return new Client(router, router.addLane(loop));
  }

  /** Runs everything that waits, on the caller's thread: the actors are done. */
  void settle() {
    while (runSome(loops.get(0)) | runSome(loops.get(1))) {
      // Until nothing is left.
    }
  }

  /** Runs what waits on the second lane, on its own thread. */
  void settleSecond() {
    runSome(loops.get(1));
  }

  private static boolean runSome(Loop loop) {
    boolean ran = false;
    for (Runnable task = loop.tasks.poll(); task != null; task = loop.tasks.poll()) {
      task.run();
      ran = true;
    }
    return ran;
  }

  /** Revisions of all ACKs of both clients. */
  List<Long> acknowledged() {
    List<Long> all = new ArrayList<>();
    for (Client client : List.of(one, two)) {
      for (Message message : client.received) {
        if (message instanceof Message.Ack ack) {
          all.add(ack.revision().orElseThrow());
        }
      }
    }
    return all;
  }

  /** The revision of the address; 0 if nothing is stored. */
  long revision() {
    List<ParameterStatus> found = router.parameters(AddressPattern.parse(address), 9);
    return found.size() == 1 ? found.getFirst().revision() : -found.size();
  }

  /** Timers never fire: no test here is about time. */
  private static final class Loop implements LaneExecutor {
    final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
      return () -> {};
    }
  }

  static final class Client implements Connection {
    private static final byte[] HELLO =
        FrameCodec.encode(new Message.Hello(1, Set.of(), "c", Optional.empty(), Optional.empty()));

    private final RouterConnection connection;
    private final List<Message> received = new ArrayList<>();

    Client(Router router, Lane lane) {
      connection = router.open(lane, this);
      connection.frame(HELLO, 0, HELLO.length);
      connection.readComplete();
    }

    void send(byte[] frame) {
      connection.frame(frame, 0, frame.length);
      connection.readComplete();
    }

    /** Revisions in the order of their arrival, from SETs and snapshots. */
    List<Long> revisions() {
      List<Long> all = new ArrayList<>();
      for (Message message : received) {
        switch (message) {
          case SetValue set -> all.add(set.revision().orElseThrow());
          case Message.Snapshot snapshot ->
              snapshot.parameters().forEach(p -> all.add(p.revision()));
          default -> {}
        }
      }
      return all;
    }

    @Override
    public Framing framing() {
      return Framing.BARE;
    }

    @Override
    public String peer() {
      return "stress";
    }

    @Override
    public String transport() {
      return "memory";
    }

    @Override
    public void write(byte[] framed, int offset, int length) {
      for (int at = offset; at < offset + length; ) {
        FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
        received.add(frame.message());
        at += frame.length();
      }
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close(CloseReason reason) {
      connection.closed(reason);
    }
  }

  private static final byte[] UNSUBSCRIBE = FrameCodec.encode(new Message.Unsubscribe(1));

  static final AddressPattern ALL = AddressPattern.parse("/**");

  byte[] unlock() {
    return FrameCodec.encode(
        new SetValue(address, Value.of(1), OptionalLong.empty(), false, true, Optional.empty()),
        Qos.FIRE);
  }

  byte[] set(boolean lock) {
    return set(address, lock);
  }

  static byte[] set(String address, boolean lock) {
    return FrameCodec.encode(
        new SetValue(address, Value.of(1), OptionalLong.empty(), lock, false, Optional.empty()),
        Qos.CONFIRM);
  }

  byte[] subscribe() {
    return FrameCodec.encode(new Message.Subscribe(1, address, 0xFF, SubscribeOptions.NONE));
  }
}
