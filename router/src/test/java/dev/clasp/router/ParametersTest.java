package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Bundle;
import dev.clasp.protocol.Message.Get;
import dev.clasp.protocol.Message.SetValue;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.RouterClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conflict strategies, lifetimes, room and locks of parameters (router.md 5). */
class ParametersTest {

  private static final long SECOND = 1_000_000_000L;

  private final ManualTime time = new ManualTime();
  private Router router = new Router(RouterConfig.DEFAULT, time);
  private Lane lane = router.addLane(time.loop());

  private void configure(RouterConfig.Builder config) {
    router = new Router(config.build(), time);
    lane = router.addLane(time.loop());
  }

  private TestPeer client(String name) {
    return new TestPeer(time, router, lane).hello(name);
  }

  private static SetValue set(String address, Value value) {
    return TestPeer.setOf(address, value);
  }

  private static SetValue set(String address, Value value, boolean lock, boolean unlock) {
    return new SetValue(address, value, OptionalLong.empty(), lock, unlock, Optional.empty());
  }

  private static SetValue lasting(String address, Value value, Ttl ttl) {
    return new SetValue(address, value, OptionalLong.empty(), false, false, Optional.of(ttl));
  }

  /** Sends with QoS confirm: the new revision, or the text of the ERROR. */
  private static String write(TestPeer peer, Message message) {
    peer.received();
    List<Message> replies =
        peer.send(message, Qos.CONFIRM).received().stream()
            .filter(m -> m instanceof Ack || m instanceof Message.Error)
            .toList();
    assertThat(replies).hasSize(1);
    return switch (replies.getFirst()) {
      case Ack ack -> Long.toString(ack.revision().orElseThrow());
      case Message.Error error -> error.message();
      default -> throw new AssertionError(replies);
    };
  }

  /** What GET by a fresh client finds. */
  private Optional<Value> stored(String address) {
    List<Message> replies = client("reader").send(new Get(address)).received();
    assertThat(replies).hasSize(1);
    return replies.getFirst() instanceof Snapshot snapshot
        ? Optional.of(snapshot.parameters().getFirst().value())
        : Optional.empty();
  }

  private static RouterConfig.Builder rule(String pattern, ConflictStrategy strategy) {
    return RouterConfig.builder()
        .parameterRules(List.of(ParameterRule.conflict(AddressPattern.parse(pattern), strategy)));
  }

  private static Value map(Object... keysAndValues) {
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      entries.put((String) keysAndValues[i], (Value) keysAndValues[i + 1]);
    }
    return Value.of(entries);
  }

  @Nested
  class Strategies {

    @Test
    void maxKeepsTheGreaterValueAndTellsSo() {
      configure(rule("/peak/**", ConflictStrategy.MAX));
      TestPeer a = client("a");
      TestPeer watcher = client("watcher").subscribe(1, "/**");
      assertThat(write(a, set("/peak/1", Value.of(0.5)))).isEqualTo("1");
      assertThat(write(a, set("/peak/1", Value.of(0.4)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/peak/1", Value.of(0.5)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/peak/1", Value.of(0.6)))).isEqualTo("2");
      assertThat(stored("/peak/1")).contains(Value.of(0.6));
      assertThat(watcher.received()).hasSize(2);
      assertThat(write(a, set("/other", Value.of(2)))).isEqualTo("1");
      assertThat(write(a, set("/other", Value.of(1)))).isEqualTo("2");
    }

    @Test
    void minKeepsTheSmallerValue() {
      configure(rule("/low", ConflictStrategy.MIN));
      TestPeer a = client("a");
      write(a, set("/low", Value.of(10)));
      assertThat(write(a, set("/low", Value.of(11)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/low", Value.of(10)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/low", Value.of(9)))).isEqualTo("2");
    }

    @Test
    void anIntAndAFloatCompareByWhatTheyStandFor() {
      configure(rule("/m", ConflictStrategy.MAX));
      TestPeer a = client("a");
      write(a, set("/m", Value.of(42)));
      assertThat(write(a, set("/m", Value.of(42.0)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/m", Value.of(42.5)))).isEqualTo("2");
      assertThat(write(a, set("/m", Value.of(43)))).isEqualTo("3");
    }

    @Test
    void anotherKindOfValueIsAlwaysAccepted() {
      configure(rule("/m", ConflictStrategy.MAX));
      TestPeer a = client("a");
      write(a, set("/m", Value.of(42)));
      assertThat(write(a, set("/m", Value.of("off")))).isEqualTo("2");
      assertThat(write(a, set("/m", Value.of(1)))).isEqualTo("3");
    }

    @ParameterizedTest
    @EnumSource(names = {"MAX", "MIN"})
    void nanIsRefusedAndAStoredOneGivesWay(ConflictStrategy strategy) {
      configure(rule("/m", strategy));
      TestPeer a = client("a");
      write(a, set("/m", Value.of(Double.NaN)));
      assertThat(write(a, set("/m", Value.of(Double.NaN)))).startsWith("ConflictRejected");
      assertThat(write(a, set("/m", Value.of(7.0)))).isEqualTo("2");
      assertThat(write(a, set("/m", Value.of(Double.NaN)))).startsWith("ConflictRejected");
    }

    @Test
    void lockGivesTheParameterToItsFirstWriterUntilItUnlocksOrLeaves() {
      configure(rule("/solo", ConflictStrategy.LOCK));
      TestPeer a = client("a");
      TestPeer b = client("b");
      assertThat(write(a, set("/solo", Value.of(1)))).isEqualTo("1");
      assertThat(write(b, set("/solo", Value.of(2)))).startsWith("LockHeld");
      assertThat(write(a, set("/solo", Value.of(3)))).isEqualTo("2");
      assertThat(write(a, set("/solo", Value.of(4), false, true))).isEqualTo("3");
      assertThat(write(b, set("/solo", Value.of(5)))).isEqualTo("4");
      assertThat(write(a, set("/solo", Value.of(6)))).startsWith("LockHeld");
      b.disconnect();
      assertThat(write(a, set("/solo", Value.of(7)))).isEqualTo("5");
    }

    @Test
    void mergePutsFieldsIntoTheStoredMapAndSubscribersSeeTheWhole() {
      configure(rule("/color", ConflictStrategy.MERGE));
      TestPeer a = client("a");
      TestPeer watcher = client("watcher").subscribe(1, "/color");
      write(a, set("/color", map("r", Value.of(1), "g", Value.of(2))));
      write(a, set("/color", map("b", Value.of(3), "r", Value.of(9))));
      Value whole = map("r", Value.of(9), "g", Value.of(2), "b", Value.of(3));
      assertThat(stored("/color")).contains(whole);
      assertThat(watcher.received())
          .last()
          .isInstanceOfSatisfying(
              SetValue.class,
              update -> {
                assertThat(update.value()).isEqualTo(whole);
                assertThat(update.revision()).hasValue(2);
              });
    }

    @Test
    void mergeReplacesWhatIsNoMap() {
      configure(rule("/m", ConflictStrategy.MERGE));
      TestPeer a = client("a");
      write(a, set("/m", Value.of(1)));
      write(a, set("/m", map("x", Value.of(1))));
      assertThat(stored("/m")).contains(map("x", Value.of(1)));
      write(a, set("/m", Value.of("text")));
      assertThat(stored("/m")).contains(Value.of("text"));
    }

    @Test
    void mergeKeepsTheWidthOfFieldsAndTakesTheLastOfDuplicates() {
      configure(rule("/a", ConflictStrategy.MERGE));
      TestPeer a = client("a");
      // {k: i8 1, j: f32 0.5}, then {k: true, k: i16 2}
      a.sendHex(
          "53 41 0015 21 0b 0002 2f61 0002 0001 6b 02 01 0001 6a 06 3f000000".replace(" ", ""));
      a.sendHex("53 41 0013 21 0b 0002 2f61 0002 0001 6b 01 01 0001 6b 03 0002".replace(" ", ""));
      Address address = find("/a");
      assertThat(java.util.HexFormat.of().formatHex(address.value, 0, address.valueLength))
          .isEqualTo("0002" + "00016b030002" + "00016a063f000000");
    }

    @Test
    void aMergeThatGrowsTooLargeIsRefusedAndChangesNothing() {
      configure(rule("/big", ConflictStrategy.MERGE));
      TestPeer a = client("a");
      write(a, set("/big", map("x", Value.of(new byte[40_000]))));
      assertThat(write(a, set("/big", map("y", Value.of(new byte[40_000])))))
          .startsWith("ValueTooLarge");
      assertThat(stored("/big")).contains(map("x", Value.of(new byte[40_000])));
      assertThat(write(a, set("/big", map("x", Value.of(1))))).isEqualTo("2");
    }

    @Test
    void mergingAgreesWithMergingDecodedMaps() {
      configure(rule("/m", ConflictStrategy.MERGE));
      TestPeer a = client("a");
      SplittableRandom random = new SplittableRandom(11);
      Map<String, Value> expected = new LinkedHashMap<>();
      for (int i = 0; i < 300; i++) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (int k = random.nextInt(6); k > 0; k--) {
          Value value =
              switch (random.nextInt(4)) {
                case 0 -> Value.of(random.nextLong());
                case 1 -> Value.of(List.of(Value.NULL, map("q", Value.of(random.nextDouble()))));
                case 2 -> Value.of("é" + k);
                default -> Value.TRUE;
              };
          fields.put("field" + random.nextInt(20), value);
        }
        expected.putAll(fields);
        write(a, set("/m", Value.of(fields)));
        assertThat(stored("/m")).contains(Value.of(expected));
      }
    }

    @Test
    void aClockThatStepsBackChangesNothing() {
      long[] stepMicros = {0};
      router =
          new Router(
              RouterConfig.DEFAULT,
              new RouterClock() {
                @Override
                public long nanos() {
                  return time.nanos();
                }

                @Override
                public long unixMicros() {
                  return time.unixMicros() + stepMicros[0];
                }
              });
      lane = router.addLane(time.loop());
      TestPeer a = client("a");
      assertThat(write(a, set("/x", Value.of(1)))).isEqualTo("1");
      stepMicros[0] = -Duration.ofHours(1).toNanos() / 1000;
      assertThat(write(a, set("/x", Value.of(2)))).isEqualTo("2");
      assertThat(stored("/x")).contains(Value.of(2));
      stepMicros[0] = Duration.ofDays(1).toNanos() / 1000;
      time.runAll();
      assertThat(write(a, set("/x", Value.of(3)))).isEqualTo("3");
      assertThat(stored("/x")).contains(Value.of(3));
    }

    @Test
    void theFirstMatchingRuleHolds() {
      configure(
          RouterConfig.builder()
              .parameterRules(
                  List.of(
                      ParameterRule.conflict(AddressPattern.parse("/a/free"), ConflictStrategy.LWW),
                      ParameterRule.conflict(AddressPattern.parse("/a/*"), ConflictStrategy.MAX))));
      TestPeer a = client("a");
      write(a, set("/a/free", Value.of(2)));
      assertThat(write(a, set("/a/free", Value.of(1)))).isEqualTo("2");
      write(a, set("/a/x", Value.of(2)));
      assertThat(write(a, set("/a/x", Value.of(1)))).startsWith("ConflictRejected");
    }

    @Test
    void aRefusedStrategyRefusesTheWholeBundle() {
      configure(rule("/peak", ConflictStrategy.MAX));
      TestPeer a = client("a");
      write(a, set("/peak", Value.of(5)));
      a.received();
      a.send(
          new Bundle(
              List.of(set("/other", Value.of(1)), set("/peak", Value.of(4))),
              OptionalLong.empty()));
      assertThat(a.received()).hasSize(1).first().isInstanceOf(Message.Error.class);
      assertThat(stored("/other")).isEmpty();
      assertThat(router.parameterCount()).isEqualTo(1);
    }
  }

  private Address find(String name) {
    byte[] b = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    long hash = router.space().hash(b, 0, b.length);
    return java.util.Objects.requireNonNull(
        router.space().stripeOf(hash).find(b, 0, b.length, hash));
  }

  @Nested
  class Lifetimes {

    @Test
    void aParameterEndsAnHourAfterItsLastUse() {
      TestPeer a = client("a");
      write(a, set("/x", Value.of(1)));
      time.pass(Duration.ofMinutes(59));
      assertThat(stored("/x")).isPresent();
      // That GET was a use.
      time.pass(Duration.ofMinutes(59));
      assertThat(stored("/x")).isPresent();
      time.pass(Duration.ofMinutes(60).plusMillis(1));
      assertThat(stored("/x")).isEmpty();
      assertThat(router.parameterCount()).isZero();
      assertThat(router.space().bytes().get()).isZero();
      assertThat(router.count(Counter.EXPIRED)).isEqualTo(1);
    }

    @Test
    void withoutTtlNothingEnds() {
      configure(RouterConfig.builder().parameterTtlNanos(0).idleNanos(0));
      write(client("a"), set("/x", Value.of(1)));
      time.pass(Duration.ofDays(30));
      assertThat(stored("/x")).isPresent();
    }

    @Test
    void aLifetimeOfItsOwnHoldsWhateverTheRoutersIs() {
      configure(RouterConfig.builder().parameterTtlNanos(0));
      TestPeer a = client("a");
      write(a, lasting("/short", Value.of(1), new Ttl.Sliding(2)));
      write(a, lasting("/never", Value.of(1), new Ttl.Never()));
      time.pass(Duration.ofMillis(1_999));
      assertThat(router.parameterCount()).isEqualTo(2);
      time.pass(Duration.ofMillis(1));
      assertThat(router.parameterCount()).isEqualTo(1);
      configure(RouterConfig.builder().parameterTtlNanos(SECOND));
      a = client("a");
      write(a, lasting("/never", Value.of(1), new Ttl.Never()));
      time.pass(Duration.ofHours(1));
      assertThat(router.parameterCount()).isEqualTo(1);
    }

    @Test
    void slidingIsRestartedByAWriteWithoutTtl() {
      TestPeer a = client("a");
      write(a, lasting("/x", Value.of(1), new Ttl.Sliding(2)));
      for (int i = 0; i < 10; i++) {
        time.pass(Duration.ofMillis(1_500));
        write(a, set("/x", Value.of(i)));
      }
      time.pass(Duration.ofMillis(2_000));
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void absoluteCountsFromTheWriteThatGaveIt() {
      TestPeer a = client("a");
      write(a, lasting("/x", Value.of(1), new Ttl.Absolute(2)));
      time.pass(Duration.ofMillis(1_500));
      write(a, set("/x", Value.of(2)));
      stored("/x");
      time.pass(Duration.ofMillis(500));
      assertThat(router.parameterCount()).isZero();
      write(a, lasting("/x", Value.of(1), new Ttl.Absolute(0)));
      // Also before the agenda has come to it.
      assertThat(stored("/x")).isEmpty();
      time.runAll();
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void aShorterLifetimeTakesEffectAtOnce() {
      TestPeer a = client("a");
      write(a, set("/x", Value.of(1)));
      write(a, lasting("/x", Value.of(1), new Ttl.Sliding(1)));
      time.pass(Duration.ofSeconds(1));
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void theEndOfAGivenLifetimeIsToldOnceAsNull() {
      TestPeer a = client("a");
      TestPeer watcher = client("watcher").subscribe(1, "/presence/*");
      write(a, lasting("/presence/a", Value.of("here"), new Ttl.Sliding(35)));
      watcher.received();
      time.pass(Duration.ofSeconds(36));
      assertThat(watcher.received())
          .containsExactly(
              new SetValue(
                  "/presence/a", Value.NULL, OptionalLong.of(2), false, false, Optional.empty()));
      assertThat(client("late").subscribe(1, "/presence/*").received()).isEmpty();
    }

    @Test
    void theGeneralLifetimeEndsSilentlyUnlessConfigured() {
      TestPeer watcher = client("watcher").subscribe(1, "/x");
      write(client("a"), set("/x", Value.of(1)));
      watcher.received();
      time.pass(Duration.ofMinutes(61));
      assertThat(watcher.received()).isEmpty();

      configure(RouterConfig.builder().expiryNotice(ExpiryNotice.ALL).idleNanos(0));
      watcher = client("watcher").subscribe(1, "/x");
      write(client("a"), set("/x", Value.of(1)));
      watcher.received();
      time.pass(Duration.ofMinutes(61));
      assertThat(watcher.received()).hasSize(1);
    }

    @Test
    void aRevisionGoesOnWhereItEnded() {
      TestPeer a = client("a");
      write(a, lasting("/x", Value.of(1), new Ttl.Sliding(1)));
      write(a, set("/x", Value.of(2)));
      time.pass(Duration.ofSeconds(2));
      // 3 was the notice.
      assertThat(write(a, set("/x", Value.of(3)))).isEqualTo("4");
    }

    @Test
    void noAddressBeginsBelowOneThatWasForgotten() {
      configure(RouterConfig.builder().maxIdleAddresses(1).expiryNotice(ExpiryNotice.NONE));
      TestPeer a = client("a");
      for (int i = 0; i < 3; i++) {
        write(a, lasting("/x", Value.of(i), new Ttl.Sliding(1)));
      }
      time.pass(Duration.ofSeconds(2));
      // Publishing interns addresses and pushes idle ones out.
      for (int i = 0; i < 20_000; i++) {
        a.sendWithinTurn(TestPeer.event("/e/" + i, Value.NULL));
      }
      assertThat(Long.parseLong(write(a, set("/x", Value.of(9))))).isGreaterThan(3);
    }

    @Test
    void aLockedParameterLivesUntilItIsUnlocked() {
      TestPeer a = client("a");
      write(
          a,
          new SetValue(
              "/x",
              Value.of(1),
              OptionalLong.empty(),
              true,
              false,
              Optional.of(new Ttl.Sliding(1))));
      time.pass(Duration.ofSeconds(10));
      assertThat(router.parameterCount()).isEqualTo(1);
      a.disconnect();
      time.pass(Duration.ofSeconds(2));
      assertThat(router.parameterCount()).isZero();
    }

    @Test
    void aHundredThousandLifetimesEndExactly() {
      configure(RouterConfig.builder().idleNanos(0));
      TestPeer a = client("a");
      SplittableRandom random = new SplittableRandom(2);
      int[] ending = new int[60];
      for (int i = 0; i < 20_000; i++) {
        int seconds = 1 + random.nextInt(59);
        ending[seconds]++;
        a.sendWithinTurn(lasting("/t/" + i, Value.of(i), new Ttl.Sliding(seconds)));
      }
      int left = 20_000;
      for (int second = 1; second < 60; second++) {
        time.pass(Duration.ofSeconds(1));
        left -= ending[second];
        assertThat(router.parameterCount()).isEqualTo(left);
      }
    }
  }

  @Nested
  class Room {

    private RouterConfig.Builder small() {
      return RouterConfig.builder().maxParameters(3);
    }

    @Test
    void theLeastRecentlyUsedMakesRoom() {
      configure(small());
      TestPeer a = client("a");
      for (String address : List.of("/1", "/2", "/3")) {
        write(a, set(address, Value.of(1)));
        time.pass(Duration.ofSeconds(11));
      }
      assertThat(stored("/1")).isPresent();
      assertThat(write(a, set("/4", Value.of(1)))).isEqualTo("1");
      assertThat(stored("/2")).isEmpty();
      assertThat(stored("/1")).isPresent();
      assertThat(router.parameterCount()).isEqualTo(3);
      assertThat(router.count(Counter.EVICTED)).isEqualTo(1);
    }

    @Test
    void oldestWriteIgnoresReads() {
      configure(small().eviction(Eviction.OLDEST_WRITE));
      TestPeer a = client("a");
      for (String address : List.of("/1", "/2", "/3")) {
        write(a, set(address, Value.of(1)));
        time.pass(Duration.ofSeconds(11));
      }
      assertThat(stored("/1")).isPresent();
      write(a, set("/4", Value.of(1)));
      assertThat(stored("/1")).isEmpty();
    }

    @Test
    void freshParametersAreNotDisplaced() {
      configure(small());
      TestPeer a = client("a");
      for (String address : List.of("/1", "/2", "/3")) {
        write(a, set(address, Value.of(1)));
      }
      assertThat(write(a, set("/4", Value.of(1)))).startsWith("AtCapacity");
      assertThat(write(a, set("/1", Value.of(2)))).isEqualTo("2");
      time.pass(Duration.ofSeconds(10));
      assertThat(write(a, set("/4", Value.of(1)))).isEqualTo("1");
    }

    @Test
    void lockedParametersAreNotDisplaced() {
      configure(small());
      TestPeer a = client("a");
      for (String address : List.of("/1", "/2", "/3")) {
        write(a, set(address, Value.of(1), true, false));
      }
      time.pass(Duration.ofMinutes(1));
      assertThat(write(a, set("/4", Value.of(1)))).startsWith("AtCapacity");
    }

    @Test
    void refuseNewRefuses() {
      configure(small().eviction(Eviction.REFUSE_NEW));
      TestPeer a = client("a");
      for (String address : List.of("/1", "/2", "/3")) {
        write(a, set(address, Value.of(1)));
      }
      time.pass(Duration.ofMinutes(1));
      assertThat(write(a, set("/4", Value.of(1)))).startsWith("AtCapacity");
    }

    @Test
    void oneSessionHasItsQuotaAndGetsRoomBack() {
      configure(RouterConfig.builder().maxParametersPerSession(2));
      TestPeer a = client("a");
      write(a, set("/1", Value.of(1)));
      write(a, lasting("/2", Value.of(1), new Ttl.Sliding(1)));
      assertThat(write(a, set("/3", Value.of(1)))).startsWith("AtCapacity: a session");
      assertThat(write(client("b"), set("/3", Value.of(1)))).isEqualTo("1");
      time.pass(Duration.ofSeconds(2));
      assertThat(write(a, set("/4", Value.of(1)))).isEqualTo("1");
    }

    @Test
    void shortOfMemoryOnlyWhatIsThereIsWritten() {
      TestPeer a = client("a");
      assertThat(write(a, set("/1", Value.of(1)))).isEqualTo("1");
      router.pressure(MemoryPressure.HIGH);
      assertThat(write(a, set("/1", Value.of(2)))).isEqualTo("2");
      assertThat(write(a, set("/2", Value.of(1))))
          .isEqualTo("AtCapacity: the router is short of memory and takes no new addresses");
      router.pressure(MemoryPressure.NONE);
      assertThat(write(a, set("/2", Value.of(1)))).isEqualTo("1");
    }

    @Test
    void bytesAreBoundedAndCountedExactly() {
      configure(RouterConfig.builder().maxStateBytes(100_000).eviction(Eviction.REFUSE_NEW));
      TestPeer a = client("a");
      assertThat(write(a, set("/1", Value.of(new byte[50_000])))).isEqualTo("1");
      assertThat(write(a, set("/2", Value.of(new byte[50_000])))).startsWith("AtCapacity");
      assertThat(write(a, set("/2", Value.of(1)))).isEqualTo("1");
      assertThat(write(a, set("/2", Value.of(new byte[50_000])))).startsWith("AtCapacity");
      assertThat(write(a, set("/1", Value.of(1)))).isEqualTo("2");
      assertThat(write(a, set("/2", Value.of(new byte[50_000])))).isEqualTo("2");
      assertThat(router.space().bytes().get())
          .isEqualTo(2 * Retention.OVERHEAD_BYTES + 2 * 2 + 8 + 2 + 50_000);
    }

    @Test
    void whatARefusedBundleReservedIsGivenBack() {
      configure(RouterConfig.builder().maxParameters(3));
      TestPeer a = client("a");
      write(a, set("/lock", Value.of(1), true, false));
      long bytes = router.space().bytes().get();
      TestPeer b = client("b");
      b.send(
          new Bundle(
              List.of(
                  set("/1", Value.of(new byte[1000])),
                  set("/1", Value.of(1)),
                  set("/2", Value.of(1)),
                  set("/lock", Value.of(2))),
              OptionalLong.empty()));
      assertThat(b.received()).hasSize(1).first().isInstanceOf(Message.Error.class);
      assertThat(router.parameterCount()).isEqualTo(1);
      assertThat(router.space().bytes().get()).isEqualTo(bytes);
      assertThat(write(b, set("/1", Value.of(1)))).isEqualTo("1");
    }

    @Test
    void endlessNewAddressesKeepTheRouterAtItsSize() {
      configure(RouterConfig.builder().maxParameters(1000).maxIdleAddresses(1000).freshNanos(0));
      TestPeer a = client("a");
      a.send(set("/keep", Value.of(1), true, false));
      for (int i = 0; i < 30_000; i++) {
        a.sendWithinTurn(set("/n/" + i, Value.of(i)));
        if (i % 100 == 0) {
          time.pass(Duration.ofMillis(1));
        }
      }
      assertThat(router.parameterCount()).isLessThanOrEqualTo(1000);
      assertThat(stored("/keep")).isPresent();
      int interned = 0;
      int counted = 0;
      for (int i = 0; i < AddressSpace.STRIPES; i++) {
        interned += router.space().stripe(i).size();
        counted += router.space().stripe(i).stored;
      }
      assertThat(interned).isLessThan(3_000);
      assertThat(counted).isEqualTo(router.parameterCount());
    }
  }

  @Nested
  class LockGrace {

    @Test
    void aLockWaitsForItsClientToComeBack() {
      configure(RouterConfig.builder().lockGraceNanos(5 * SECOND));
      TestPeer desk = client("desk");
      write(desk, set("/x", Value.of(1), true, false));
      desk.disconnect();
      TestPeer other = client("other");
      assertThat(write(other, set("/x", Value.of(2)))).startsWith("LockHeld");
      desk = client("desk");
      assertThat(write(desk, set("/x", Value.of(3)))).isEqualTo("2");
      time.pass(Duration.ofSeconds(10));
      assertThat(write(other, set("/x", Value.of(4)))).startsWith("LockHeld");
      assertThat(write(desk, set("/x", Value.of(5), false, true))).isEqualTo("3");
      assertThat(write(other, set("/x", Value.of(6)))).isEqualTo("4");
    }

    @Test
    void afterTheGraceItIsFree() {
      configure(RouterConfig.builder().lockGraceNanos(5 * SECOND));
      TestPeer desk = client("desk");
      write(desk, set("/x", Value.of(1), true, false));
      desk.disconnect();
      time.pass(Duration.ofSeconds(5));
      assertThat(write(client("other"), set("/x", Value.of(2)))).isEqualTo("2");
    }
  }
}
