package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.Ack;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.ChaosProxy;
import dev.clasp.testkit.ChaosProxy.Fate;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Clients behind a network that cuts, resets, delays and swallows, and one beside it that sees what
 * the router really did. Some seconds; longer with {@code -Dclasp.chaos.seconds=600}, as before
 * with {@code -Dclasp.chaos.seed=N} (docs/client-behaviour.md).
 */
class ChaosTest {

  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final int DESKS = 3;

  private final long seed = Long.getLong("clasp.chaos.seed", System.nanoTime());
  private final int seconds = Integer.getInteger("clasp.chaos.seconds", 6);

  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger resumed = new AtomicInteger();
  private final AtomicInteger confirmed = new AtomicInteger();
  private final CountDownLatch stop = new CountDownLatch(1);

  /** What the router did: the value at each revision, and the newest, of each address. */
  private final Map<String, Map<Long, Long>> history = new ConcurrentHashMap<>();

  private final Map<String, Long> newest = new ConcurrentHashMap<>();

  /** What clients were promised. */
  private record Promise(String address, long value, long revision) {}

  private final Queue<Promise> promises = new ConcurrentLinkedQueue<>();

  /** None lives until it is calm. */
  private static final Fate[] FATES = {
    Fate.CUT, Fate.RESET, Fate.SWALLOW, Fate.TRICKLE, Fate.DELAY, Fate.LATE
  };

  private final List<ChaosProxy> proxies = new ArrayList<>();

  @Test
  void nothingConfirmedIsLostNothingIsDoneTwiceAndOrderStays() throws Exception {
    load(FATES);
  }

  /**
   * What the network still brings of an old connection comes behind newer values of the same
   * client, and must not undo them: the router has ended the old one.
   */
  @Test
  void whatComesLateOfAnOldConnectionUndoesNothing() throws Exception {
    load(Fate.LATE);
    assertThat(proxies.stream().mapToInt(p -> p.deliveredLate() + p.refusedLate()).sum())
        .as(report())
        .isPositive();
  }

  private void load(Fate... fates) throws Exception {
    try (ClaspServer server =
            ClaspServer.start(ServerConfig.DEFAULT.withHost("127.0.0.1").withPort(0));
        ClaspClient auditor = ClaspClient.builder(server.url()).name("auditor").connectBlocking()) {
      auditor.subscribe("/chaos/**", SubscribeOptions.DEFAULT.withCapacity(1 << 22), this::audit);
      Map<String, Long> last = new ConcurrentHashMap<>();
      Map<String, Long> seen = new ConcurrentHashMap<>();
      List<ClaspClient> clients = new ArrayList<>();
      try {
        ClaspClient viewer = connect(server, "viewer", clients, fates);
        viewer.subscribe("/chaos/**", signal -> view(signal, seen));
        List<Thread> hands = new ArrayList<>();
        for (int i = 0; i < DESKS; i++) {
          String home = "/chaos/" + i;
          ClaspClient desk = connect(server, "desk " + i, clients, fates);
          hands.add(Thread.startVirtualThread(() -> steps(desk, home + "/step", last)));
          hands.add(Thread.startVirtualThread(() -> fader(desk, home, last)));
        }
        assertThat(hands.getFirst().join(Duration.ofSeconds(seconds))).isFalse();
        Eventually.is("a connection broke and came back", () -> resumed.get() > 0);
        if (List.of(fates).contains(Fate.LATE) && fates.length == 1) {
          Eventually.is(
              "something of an old connection came late",
              () -> proxies.stream().mapToInt(p -> p.deliveredLate() + p.refusedLate()).sum() > 0);
        }
        stop.countDown();
        for (Thread hand : hands) {
          hand.join();
        }
        proxies.forEach(ChaosProxy::calm);

        Eventually.is(
            () -> report() + "; the router has" + wrong(newest, last), () -> newest.equals(last));
        Eventually.is(
            () -> report() + "; the viewer has" + wrong(seen, last), () -> seen.equals(last));
      } finally {
        clients.forEach(ClaspClient::close);
        proxies.forEach(ChaosProxy::close);
      }
      promises.forEach(this::check);
      System.out.println(report());
      assertThat(violations).as(report()).isEmpty();
      assertThat(confirmed).as(report()).hasPositiveValue();
      assertThat(resumed).as(report()).hasPositiveValue();
    }
    Eventually.is(
        "the threads of the clients end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("clasp-client")));
  }

  /** What is not as it should be. */
  private static String wrong(Map<String, Long> is, Map<String, Long> should) {
    StringBuilder text = new StringBuilder();
    should.forEach((address, value) -> {
      if (!value.equals(is.get(address))) {
        text.append(
            String.join(
                " ", "", address, "=", String.valueOf(is.get(address)), "instead of", value + ";"));
      }
    });
    return text.toString();
  }

  private String report() {
    return "chaos with seed "
        + seed
        + ", "
        + proxies.stream().map(ChaosProxy::fates).toList()
        + ", "
        + resumed
        + " connections resumed, "
        + confirmed
        + " writes confirmed; came late: "
        + proxies.stream().mapToInt(ChaosProxy::deliveredLate).sum()
        + ", refused: "
        + proxies.stream().mapToInt(ChaosProxy::refusedLate).sum();
  }

  /** A client behind a proxy of its own. */
  private ClaspClient connect(
      ClaspServer server, String name, List<ClaspClient> clients, Fate... fates) {
    ChaosProxy proxy = ChaosProxy.before(server.address().getPort(), seed + proxies.size(), fates);
    proxies.add(proxy);
    ClaspClient client = client(proxy.port(), name);
    clients.add(client);
    return client;
  }

  private ClaspClient client(int port, String name) {
    return ClaspClient.builder("ws://127.0.0.1:" + port)
        .name(name)
        .connectTimeout(LIMIT)
        .requestTimeout(LIMIT)
        .pingInterval(LIMIT)
        .awaitRouter(true)
        .backoff(new Backoff(Duration.ofMillis(20), 1, Duration.ofMillis(20), false, 0))
        .listener(event -> {
          if (event instanceof ClientEvent.Connected connected && connected.resumed()) {
            resumed.incrementAndGet();
          }
        })
        .connectBlocking();
  }

  // --- who writes --------------------------------------------------------------------------------

  private boolean goesOn(long millis) {
    try {
      return !stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** One write after the other, each waited for. */
  private void steps(ClaspClient desk, String address, Map<String, Long> last) {
    for (long value = 1; goesOn(0); value++) {
      last.put(address, value);
      try {
        promised(address, value, desk.blocking().set(address, Value.of(value)));
      } catch (ClaspException e) {
        // Nobody knows; but it is not forgotten.
      }
    }
  }

  /**
   * Writes without waiting: a fader, and now and then a mark behind it. A mark is written once, and
   * so is not conflated: when it is there, the fader has come as far, or farther.
   */
  private void fader(ClaspClient desk, String home, Map<String, Long> last) {
    for (long i = 1; goesOn(1); i++) {
      long value = i;
      List<String> names =
          value % 20 == 0 ? List.of("/fader", "/mark/" + value) : List.of("/fader");
      for (String name : names) {
        String address = home + name;
        last.put(address, value);
        desk.set(address, value)
            .whenComplete((ack, failure) -> {
              if (failure == null) {
                promised(address, value, ack);
              }
            });
      }
    }
  }

  private void promised(String address, long value, Ack ack) {
    confirmed.incrementAndGet();
    ack.revision().ifPresent(revision -> promises.add(new Promise(address, value, revision)));
  }

  // --- what became of it -------------------------------------------------------------------------

  private void audit(Signal signal) {
    if (signal instanceof Signal.Change change && change.value() instanceof Value.Int(long value)) {
      Long before = newest.put(change.address(), value);
      if (before != null && value <= before) {
        violations.add(change.address() + " went from " + before + " to " + value);
      }
      history
          .computeIfAbsent(change.address(), _ -> new ConcurrentHashMap<>())
          .put(change.revision(), value);
      int mark = change.address().indexOf("/mark/");
      if (mark > 0
          && newest.getOrDefault(change.address().substring(0, mark) + "/fader", 0L) < value) {
        violations.add(change.address() + " came before its fader");
      }
    }
  }

  private void view(Signal signal, Map<String, Long> seen) {
    if (signal instanceof Signal.Change change && change.value() instanceof Value.Int(long value)) {
      Long before = seen.put(change.address(), value);
      if (before != null && value < before) {
        violations.add(
            "the viewer saw " + change.address() + " go from " + before + " to " + value);
      }
    }
  }

  private void check(Promise promise) {
    Long done = history.getOrDefault(promise.address(), Map.of()).get(promise.revision());
    // A newer value may have taken its place while it waited to be sent.
    if (done == null || done < promise.value()) {
      violations.add(promise + " was confirmed, but the router had " + done);
    }
  }
}
