package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.RouterClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories on real threads: writers, readers that come and go, readers that stall, readers
 * that want less than everything. Whatever happens, no reader sees an address step back, and
 * everyone who is subscribed at the end holds the newest value: those with a rate after their last
 * interval.
 */
class HistoryTest {

  private static final int ROUNDS = 400;
  private static final int SETS_PER_ROUND = 40;

  private final List<ScheduledExecutorService> threads = new ArrayList<>();

  @AfterEach
  void stopThreads() {
    threads.forEach(ScheduledExecutorService::shutdownNow);
  }

  @ParameterizedTest
  @CsvSource({"1, 40", "2, 40", "3, 40", "2, 3000"})
  void noReaderStepsBackAndEveryReaderEndsOnTheNewestValue(int lanes, int addresses)
      throws Exception {
    SplittableRandom random = new SplittableRandom(lanes * 7919L);
    Router router = new Router(RouterConfig.DEFAULT, RouterClock.system());
    List<Reader> readers = new ArrayList<>();
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      ThreadLoop loop = new ThreadLoop();
      threads.add(loop.executor());
      Lane lane = router.addLane(loop);
      for (int k = 0; k < 4; k++) {
        // Half of them end with nothing but a subscription that thins.
        readers.add(new Reader(router, lane, loop, random.split(), addresses, k % 2 == 0));
        writers.add(new Writer(router, lane, loop, random.split(), addresses));
      }
    }
    List<Future<?>> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Writer writer : writers) {
        rounds.add(writer.loop.executor().submit(() -> writer.write()));
      }
      for (Reader reader : readers) {
        rounds.add(reader.loop.executor().submit(() -> reader.disturb()));
      }
    }
    for (Future<?> done : rounds) {
      done.get(60, TimeUnit.SECONDS);
    }
    for (Reader reader : readers) {
      reader.loop.executor().submit(() -> reader.settle()).get(60, TimeUnit.SECONDS);
    }
    // Whatever was posted between lanes runs before a task submitted now; twice, for resumes that
    // post again.
    for (int i = 0; i < 3; i++) {
      barrier();
    }
    Map<String, Long> truth = new HashMap<>();
    for (int i = 0; i < AddressSpace.STRIPES; i++) {
      router
          .space()
          .stripe(i)
          .forEachStored(address -> truth.put(address.toString(), address.revision));
    }
    assertThat(truth).hasSize(addresses);
    long written = truth.values().stream().mapToLong(Long::longValue).sum();
    assertThat(written).isEqualTo((long) writers.size() * ROUNDS * SETS_PER_ROUND);
    for (Reader reader : readers) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!onItsThread(reader).equals(truth) && System.nanoTime() < end) {
        barrier();
      }
      assertThat(onItsThread(reader)).isEqualTo(truth);
      assertThat(reader.violations).isEmpty();
    }
  }

  private static Map<String, Long> onItsThread(Reader reader) throws Exception {
    return reader.loop.executor().submit(() -> Map.copyOf(reader.newest)).get(60, TimeUnit.SECONDS);
  }

  private void barrier() throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(threads.size());
    threads.forEach(thread -> thread.execute(latch::countDown));
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private abstract static class Peer extends MemoryConnection {
    final ThreadLoop loop;
    final SplittableRandom random;
    final int addresses;

    Peer(Router router, Lane lane, ThreadLoop loop, SplittableRandom random, int addresses) {
      super(router, lane);
      this.loop = loop;
      this.random = random;
      this.addresses = addresses;
    }

    void hello(String name) {
      send(new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty()), Qos.FIRE);
      connection.readComplete();
    }
  }

  private static final class Writer extends Peer {
    private boolean greeted;

    Writer(Router router, Lane lane, ThreadLoop loop, SplittableRandom random, int addresses) {
      super(router, lane, loop, random, addresses);
    }

    void write() {
      if (!greeted) {
        greeted = true;
        hello("writer");
      }
      for (int i = 0; i < SETS_PER_ROUND; i++) {
        String address = "/p/" + random.nextInt(addresses);
        send(TestPeer.setOf(address, Value.of(random.nextLong())), Qos.FIRE);
      }
      connection.readComplete();
    }

    @Override
    public void write(byte[] framed, int offset, int length) {}
  }

  private static final class Reader extends Peer {
    final Map<String, Long> newest = new HashMap<>();
    final List<String> violations = new ArrayList<>();
    final boolean thinned;
    private boolean greeted;
    private boolean stalled;

    Reader(
        Router router,
        Lane lane,
        ThreadLoop loop,
        SplittableRandom random,
        int addresses,
        boolean thinned) {
      super(router, lane, loop, random, addresses);
      this.thinned = thinned;
    }

    /** Subscribes, unsubscribes, stalls or resumes at random. */
    void disturb() {
      if (!greeted) {
        greeted = true;
        hello("reader");
        if (thinned) {
          subscribe(9, "/**", Options.maxRateAndEpsilon(100, 0.5));
        }
      }
      switch (random.nextInt(8)) {
        case 0 -> subscribe(random.nextInt(3), "/p/*");
        case 1 -> subscribe(random.nextInt(3), "/p/" + random.nextInt(addresses));
        case 2 -> send(new Message.Unsubscribe(random.nextInt(3)), Qos.FIRE);
        case 3 -> stalled = true;
        case 4 -> resume();
        case 5 -> subscribe(random.nextInt(3), "/p/*", options());
        case 6 -> subscribe(random.nextInt(3), "/p/" + random.nextInt(addresses), options());
        default -> send(new Message.Get("/p/" + random.nextInt(addresses)), Qos.FIRE);
      }
      connection.readComplete();
    }

    /** Ends subscribed to everything and reading. */
    void settle() {
      resume();
      if (thinned) {
        for (int id = 0; id < 3; id++) {
          send(new Message.Unsubscribe(id), Qos.FIRE);
        }
      } else {
        subscribe(9, "/**");
      }
      connection.readComplete();
    }

    private void subscribe(int id, String pattern) {
      subscribe(id, pattern, SubscribeOptions.NONE);
    }

    private void subscribe(int id, String pattern, SubscribeOptions options) {
      send(new Message.Subscribe(id, pattern, 0xFF, options), Qos.CONFIRM);
    }

    /** Rates from one that holds nearly everything back to one that holds nearly nothing back. */
    private SubscribeOptions options() {
      int rate = new int[] {1, 100, 10_000, 1_000_000}[random.nextInt(4)];
      return random.nextBoolean() ? Options.maxRate(rate) : Options.maxRateAndEpsilon(rate, 0.5);
    }

    private void resume() {
      if (stalled) {
        stalled = false;
        connection.writabilityChanged();
      }
    }

    @Override
    public boolean writable() {
      return !stalled;
    }

    @Override
    public void write(byte[] framed, int offset, int length) {
      for (int at = offset; at < offset + length; ) {
        FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
        at += frame.length();
        switch (frame.message()) {
          case SetValue set -> see(set.address(), set.revision());
          case Snapshot snapshot ->
              snapshot.parameters().forEach(p -> see(p.address(), OptionalLong.of(p.revision())));
          default -> {}
        }
      }
    }

    private void see(String address, OptionalLong revision) {
      long now = revision.orElseThrow();
      Long before = newest.put(address, now);
      if (before != null && now < before) {
        violations.add(address + " stepped back from " + before + " to " + now);
      }
    }
  }
}
