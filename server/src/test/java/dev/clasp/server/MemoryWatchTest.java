package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Value;
import dev.clasp.router.MemoryPressure;
import dev.clasp.security.AuditEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The memory watermark (operations.md 12.6), with a heap that is as full as a test says. */
@Timeout(120)
class MemoryWatchTest {

  private static final class Heap implements HeapSource {
    private volatile double used;
    private volatile double needed = -1;
    private boolean full;
    private int collections;

    @Override
    public double used() {
      if (full) {
        throw new OutOfMemoryError("as a test wants it");
      }
      return used;
    }

    @Override
    public void collect() {
      collections++;
      used = needed < 0 ? used : needed;
    }
  }

  private final Heap heap = new Heap();
  private final List<String> told = new ArrayList<>();
  private long now;
  private MemoryConfig config = MemoryConfig.DEFAULT.withSource(heap);
  private final MemoryWatch watch =
      new MemoryWatch(
          () -> config, () -> now, (pressure, text) -> told.add(pressure + ": " + text));

  private MemoryPressure at(double percent) {
    heap.used = percent / 100;
    watch.look();
    return watch.pressure();
  }

  @Test
  void eachMarkIsReachedOnceAndLeftFivePercentBelowIt() {
    assertThat(at(84.9)).isEqualTo(MemoryPressure.NONE);
    assertThat(at(85)).isEqualTo(MemoryPressure.HIGH);
    assertThat(at(80)).as("not yet").isEqualTo(MemoryPressure.HIGH);
    assertThat(at(94.9)).isEqualTo(MemoryPressure.HIGH);
    assertThat(at(95)).isEqualTo(MemoryPressure.CRITICAL);
    assertThat(at(90)).as("not yet").isEqualTo(MemoryPressure.CRITICAL);
    assertThat(at(89.9)).isEqualTo(MemoryPressure.HIGH);
    assertThat(at(79.9)).isEqualTo(MemoryPressure.NONE);
    assertThat(at(99)).as("at once").isEqualTo(MemoryPressure.CRITICAL);
    assertThat(at(10)).isEqualTo(MemoryPressure.NONE);

    assertThat(told)
        .containsExactly(
            "HIGH: 85 % of the heap is needed: new sessions and new addresses are refused",
            "CRITICAL: 95 % of the heap is needed: new sessions and new addresses are refused, slow"
                + " consumers are dropped",
            "HIGH: 90 % of the heap is needed: slow consumers are given their time again",
            "NONE: 80 % of the heap is needed: new sessions and new addresses are taken again",
            "CRITICAL: 99 % of the heap is needed: new sessions and new addresses are refused, slow"
                + " consumers are dropped",
            "NONE: 10 % of the heap is needed: new sessions and new addresses are taken again");
  }

  @Test
  void otherMarksHoldFromTheNextLookAndNoneIsNone() {
    config = new MemoryConfig(50, 60, heap);
    assertThat(at(55)).isEqualTo(MemoryPressure.HIGH);
    config = new MemoryConfig(70, 80, heap);
    assertThat(at(55)).isEqualTo(MemoryPressure.NONE);
    config = new MemoryConfig(0, 95, heap);
    assertThat(at(100)).isEqualTo(MemoryPressure.NONE);
  }

  /** Without work there is no collection, and no way back. */
  @Test
  void anOldFigureIsLookedAtAnewOnceAMinuteWhileMemoryIsShort() {
    at(50);
    now += 10 * MemoryWatch.STALE_NANOS;
    assertThat(at(50)).isEqualTo(MemoryPressure.NONE);
    assertThat(heap.collections).as("nobody needs one").isZero();

    assertThat(at(90)).isEqualTo(MemoryPressure.HIGH);
    now += MemoryWatch.STALE_NANOS - 1;
    at(90);
    assertThat(heap.collections).isZero();
    now++;
    at(90);
    at(90);
    assertThat(heap.collections).isEqualTo(1);
    assertThat(watch.pressure()).isEqualTo(MemoryPressure.HIGH);

    heap.needed = 0.3;
    now += 2 * MemoryWatch.STALE_NANOS - 1;
    assertThat(at(90))
        .as("the last one was in vain, so it waits for longer")
        .isEqualTo(MemoryPressure.HIGH);
    now++;
    assertThat(at(90)).isEqualTo(MemoryPressure.NONE);
    assertThat(watch.used()).isEqualTo(0.3);
  }

  /** A timer does not run again what has failed. */
  @Test
  void aLookThatFindsNoRoomIsNotTheLast() {
    heap.full = true;
    assertThat(at(99)).isEqualTo(MemoryPressure.NONE);
    heap.full = false;
    assertThat(at(99)).isEqualTo(MemoryPressure.CRITICAL);
  }

  @Test
  void marksThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new MemoryConfig(-1, 95, heap))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MemoryConfig(95, 95, heap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above the watermark");
    assertThatThrownBy(() -> new MemoryConfig(85, 101, heap))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What the machine says is a share, whatever its collector. */
  @Test
  void theHeapOfThisProcessIsKnown() {
    HeapSource.JVM.collect();
    assertThat(HeapSource.JVM.used()).isPositive().isLessThan(1.0);
  }

  private static void until(ClaspServer server, MemoryPressure pressure) {
    long end = System.nanoTime() + TestClient.LIMIT_SECONDS * 1_000_000_000L;
    while (server.memory().pressure() != pressure) {
      assertThat(System.nanoTime()).as("%s in time", pressure).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void aServerTakesNothingNewAndComesBack() throws Exception {
    Queue<AuditEvent> audited = new ConcurrentLinkedQueue<>();
    ServerConfig settings =
        ServerConfig.DEFAULT
            .withPort(0)
            .withMemory(MemoryConfig.DEFAULT.withSource(heap))
            .withAudit(audited::add)
            .withCompanions(List.of(MetricsPage.factory(new ConfigReloads())));
    try (ClaspServer server = ClaspServer.start(settings);
        Http http = new Http(server);
        TestClient client = TestClient.hello(server, "there")) {
      client.send(TestClient.set("/old", Value.of(1)), Qos.CONFIRM).await(Message.Ack.class);
      heap.used = 0.9;
      until(server, MemoryPressure.HIGH);

      client.send(TestClient.set("/new", Value.of(1)), Qos.CONFIRM);
      assertThat(client.await(Message.Error.class).message())
          .isEqualTo("AtCapacity: the router is short of memory and takes no new addresses");
      client.send(TestClient.set("/old", Value.of(2)), Qos.CONFIRM).await(Message.Ack.class);
      try (TestClient refused = TestClient.connect(server)) {
        refused.send(new Message.Hello(1, Set.of(), "late", Optional.empty(), Optional.empty()));
        Message.Error error = refused.await(Message.Error.class);
        assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(error.message()).isEqualTo("Server short of memory");
      }
      assertThat(http.get("/ready").statusCode()).isEqualTo(503);
      assertThat(Http.text(http.get("/ready?verbose"))).contains("\"memory\":\"short\"");
      assertThat(http.get("/health").statusCode()).as("a restart helps nobody").isEqualTo(200);
      assertThat(Http.text(http.get("/metrics")))
          .contains("clasp_memory_pressure 1.0", "clasp_memory_needed_ratio 0.9");

      heap.used = 0.2;
      until(server, MemoryPressure.NONE);

      client.send(TestClient.set("/new", Value.of(1)), Qos.CONFIRM).await(Message.Ack.class);
      TestClient.hello(server, "late").close();
      assertThat(http.get("/ready").statusCode()).isEqualTo(200);
    }
    assertThat(audited)
        .filteredOn(event -> event.kind() == AuditEvent.Kind.MEMORY)
        .extracting(AuditEvent::result)
        .containsExactly(AuditEvent.Result.FAILED, AuditEvent.Result.OK);
  }
}
