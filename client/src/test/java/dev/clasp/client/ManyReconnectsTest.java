package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.transport.Backoff;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client that is used, loses its connection and finds it again, thousands of times. */
class ManyReconnectsTest {

  private static final int COUNT = 10_000;
  private static final long MIB = 1 << 20;

  @Test
  void tenThousandReconnectsLeaveNothingBehind() {
    Rig rig = new Rig();
    rig.clockSync = true;
    rig.tokenMayChange = true;
    rig.backoff = new Backoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1), true, 0);
    rig.connect();
    ClaspClient client = rig.client();
    AtomicInteger signals = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      client.subscribe("/a/" + i + "/**", signal -> signals.incrementAndGet());
    }
    client.announce("/a", List.of(), Map.of("name", Value.of("a")));
    long heap = 0;
    int timers = 0;
    for (int i = 0; i < COUNT; i++) {
      use(rig, i);
      if (i == COUNT / 10) {
        heap = liveHeap();
        timers = rig.reactor.timers();
      }
    }

    assertThat(client.statistics().connections()).isEqualTo(COUNT + 1);
    assertThat(signals.get()).isEqualTo(COUNT);
    assertThat(rig.reactor.timers()).isLessThanOrEqualTo(timers);
    assertThat(rig.reactor.watches()).isEqualTo(1);
    assertThat(client.statistics().unanswered()).isLessThan(10);
    assertThat(client.statistics().waiting()).isZero();
    // What others in this process have left behind goes by itself; what these leave would not.
    long before = heap;
    Eventually.is("no more memory than before", () -> liveHeap() - before < MIB);

    client.closeAsync();
    rig.reactor.pass(Duration.ofSeconds(20));
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(rig.reactor.timers()).isZero();
    assertThat(rig.reactor.watches()).isZero();
  }

  /** Everything once; some of it is not answered when the connection breaks. */
  private static void use(Rig rig, int i) {
    ClaspClient client = rig.client();
    Subscription guest = client.subscribe("/guest/" + i, _ -> {});
    Registration listener = client.listen(_ -> {});
    String address = "/a/" + i % 10 + "/" + i % 100;
    var answered = client.set(address, i);
    rig.sent();
    rig.link().says(Rig.set(address, i, i + 1), Rig.ack(address, i + 1), new Message.Pong());
    assertThat(answered).isCompleted();
    client.set("/lost/" + i, i);
    client.get("/lost/" + i);
    client.query("/lost/" + i);
    client.bundle(new BundleBuilder().set("/lost/" + i, 1));
    client.set("/locked/" + i, Value.of(1), SetOptions.CONFIRM.locking());
    client.ping();
    rig.sent();
    guest.close();
    listener.close();
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();
    answer(rig);
    // Those of the past are only kept by the rig.
    rig.dialer.links().subList(0, rig.dialer.links().size() - 1).clear();
    rig.dialer.dialed().clear();
    rig.events.clear();
  }

  /** The router answers until it is asked nothing more. */
  private static void answer(Rig rig) {
    for (List<Message> sent = rig.sent(); !sent.isEmpty(); sent = rig.sent()) {
      Message[] answers =
          sent.stream()
              .<Optional<Message>>map(message ->
                  switch (message) {
                    case Message.SetValue set -> Optional.of(Rig.ack(set.address(), 1));
                    case Message.Get get -> Optional.of(Rig.error(404, "none", get.address()));
                    case Message.Query _ -> Optional.of(new Message.Result(List.of()));
                    case Message.Ping _ -> Optional.of(new Message.Pong());
                    case Message.Announce announce ->
                        Optional.of(Rig.announceAck(announce.namespace()));
                    default -> Optional.empty();
                  })
              .flatMap(Optional::stream)
              .toArray(Message[]::new);
      rig.link().says(answers);
    }
  }

  private static long liveHeap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void hundredsOfRealConnectionsLeaveNothingBehind() {
    int count = Integer.getInteger("clasp.client.reconnects", 300);
    int threads;
    try (ScriptedRouter router = ScriptedRouter.start();
        ClaspClient client =
            ClaspClient.builder(router.uri().toString())
                .backoff(new Backoff(Duration.ZERO, 1, Duration.ZERO, false, 0))
                .connectBlocking()) {
      AtomicInteger signals = new AtomicInteger();
      Subscription all = client.subscribe("/a/**", _ -> signals.incrementAndGet());
      Eventually.is("subscribed", () -> all.active().isDone());
      threads = threads();
      for (int i = 1; i <= count; i++) {
        long before = client.statistics().connections();
        client.blocking().set("/a/" + i % 10, i);
        router
            .links()
            .forEach(link ->
                link.loop().execute(() -> link.close(new CloseReason(CloseReason.NORMAL, "cut"))));
        Eventually.is(
            "connected again",
            () ->
                client.statistics().connections() > before
                    && client.state() == ClientState.CONNECTED);
      }
      client.blocking().set("/a/last", 1);
      Eventually.is("the last signal", () -> signals.get() > count);
      Eventually.is(
          "one connection is left, and nothing waits",
          () ->
              router.links().size() == 1
                  && client.statistics().waiting() == 0
                  && client.statistics().unanswered() == 0);
      Eventually.is("no more threads than before", () -> threads() <= threads + 2);
    }
  }

  private static int threads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("clasp-client"))
            .count();
  }
}
