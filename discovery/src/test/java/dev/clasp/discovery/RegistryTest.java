package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.registration;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is in a registry, for how long, and who has to go when it is full. */
class RegistryTest {

  private static final Source LOCAL = new Source("127.0.0.1", true);
  private static final Optional<String> ANY = Optional.empty();

  private final SecureRandom random = new SecureRandom();
  private long now = 5_000_000_000L;
  private long wallMicros = 1_700_000_000_000_000L;

  private Registry registry(RegistryConfig config) {
    return new Registry(config, () -> now, () -> wallMicros, random, new byte[32]);
  }

  private final Registry registry = registry(RegistryConfig.DEFAULT);

  private void pass(Duration time) {
    now += time.toNanos();
    wallMicros += TimeUnit.NANOSECONDS.toMicros(time.toNanos());
  }

  private static Source source(int number) {
    return new Source("192.0.2." + number, false);
  }

  private static String register(Registry registry, String name, Source source) {
    return registry.register(registration(name), source).orElseThrow().id();
  }

  private static List<String> names(Registry registry) {
    return registry.discover(ANY, ANY, 100_000).stream()
        .map(device -> device.registration().name())
        .sorted()
        .toList();
  }

  // --- discovery.md 10.2 -------------------------------------------------------------------------

  @Test
  void aRegistrationThatSaysNothingIsTheOneOfTheReference() {
    assertThat(Registration.DEFAULT.name()).isEqualTo("CLASP Device");
    assertThat(Registration.DEFAULT.endpoints()).isEmpty();
    assertThat(Registration.DEFAULT.features()).containsExactly("param", "event");
  }

  @Test
  void registeringGivesAnIdAndATimeToLive() {
    Receipt receipt = registry.register(registration("a"), LOCAL).orElseThrow();
    assertThat(receipt.id()).isNotEmpty();
    assertThat(receipt.ttl()).isEqualTo(Duration.ofSeconds(300));
    assertThat(receipt.timestampMicros()).isEqualTo(wallMicros);
  }

  @Test
  void devicesAreFoundByTagAndFeature() {
    registry.register(registration("a", "studio"), LOCAL);
    registry.register(registration("b", "live", "studio "), LOCAL);

    assertThat(names(registry)).containsExactly("a", "b");
    assertThat(registry.discover(Optional.of("studio"), ANY, 100)).hasSize(1);
    assertThat(registry.discover(Optional.of("Studio"), ANY, 100)).isEmpty();
    assertThat(registry.discover(Optional.of(""), ANY, 100)).isEmpty();
    assertThat(registry.discover(ANY, Optional.of("event"), 100)).hasSize(2);
    assertThat(registry.discover(Optional.of("live"), Optional.of("stream"), 100)).isEmpty();
    assertThat(registry.discover(ANY, ANY, 1)).hasSize(1);
    assertThat(registry.discover(ANY, ANY, 0)).isEmpty();
  }

  @Test
  void unregisteringWorksOnce() {
    String id = register(registry, "a", LOCAL);
    assertThat(registry.unregister(id)).isTrue();
    assertThat(registry.unregister(id)).isFalse();
    assertThat(registry.size()).isZero();
  }

  @Test
  void onlyWhatIsKnownIsRefreshed() {
    assertThat(registry.refresh(register(registry, "a", LOCAL))).isTrue();
    assertThat(registry.refresh("unknown")).isFalse();
  }

  @Test
  void registeringTwiceGivesTwoDevices() {
    assertThat(register(registry, "a", LOCAL)).isNotEqualTo(register(registry, "a", LOCAL));
    assertThat(names(registry)).containsExactly("a", "a");
  }

  // --- defects -----------------------------------------------------------------------------------

  /** D-01. */
  @Test
  void d01TheIdThatIsListedLetsNobodyChangeAnything() {
    String secret = register(registry, "a", LOCAL);
    String listed = registry.discover(ANY, ANY, 1).getFirst().id();

    assertThat(listed).isNotEqualTo(secret);
    assertThat(registry.refresh(listed)).isFalse();
    assertThat(registry.unregister(listed)).isFalse();
    assertThat(registry.kept().toString()).doesNotContain(secret);
    assertThat(registry.unregister(secret)).isTrue();
  }

  @Test
  void thePublicIdStaysTheSame() {
    String secret = register(registry, "a", LOCAL);
    String listed = registry.discover(ANY, ANY, 1).getFirst().id();
    registry.refresh(secret);
    assertThat(registry.discover(ANY, ANY, 1).getFirst().id()).isEqualTo(listed);
  }

  /** D-02. */
  @Test
  void d02WhoeverFloodsAFullRegistryDisplacesHimself() {
    Registry small =
        registry(RegistryConfig.DEFAULT.withMaxDevices(105).withMaxPerSource(50, false));
    for (int i = 0; i < 100; i++) {
      register(small, "honest " + i, new Source("10.0.0." + i, false));
    }
    for (int i = 0; i < 1000; i++) {
      register(small, "flood", source(1));
    }

    assertThat(small.size()).isEqualTo(105);
    assertThat(names(small)).filteredOn(name -> name.startsWith("honest")).hasSize(100);
    assertThat(small.inconsistency()).isNull();
  }

  /** What the brief of the tests says: 1,000 devices, one expires, one source floods. */
  @Test
  void aThousandDevicesStayWhileOneSourceFloods() {
    String forgetful = register(registry, "forgetful", source(7));
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      secrets.add(
          register(registry, "d" + i, new Source("10.1." + i / 256 + "." + i % 256, false)));
    }
    for (int minute = 0; minute < 10; minute++) {
      pass(Duration.ofSeconds(60));
      for (int i = 0; i < 500; i++) {
        register(registry, "flood", source(66));
      }
      for (String secret : secrets) {
        assertThat(registry.refresh(secret)).isTrue();
      }
    }

    assertThat(registry.refresh(forgetful)).isFalse();
    assertThat(names(registry)).filteredOn("flood"::equals).hasSize(10);
    assertThat(registry.size()).isEqualTo(1010);
    assertThat(registry.inconsistency()).isNull();
  }

  /** D-02: constant-time bookkeeping must agree with a recount, whatever happens. */
  @Test
  void theBooksAgreeWithARecount() {
    Registry small = registry(RegistryConfig.DEFAULT.withMaxDevices(20).withMaxPerSource(7, false));
    Random dice = new Random(42);
    List<String> secrets = new ArrayList<>(List.of("none"));
    for (int i = 0; i < 5000; i++) {
      String any = secrets.get(dice.nextInt(secrets.size()));
      switch (dice.nextInt(5)) {
        case 0, 1 ->
            secrets.add(
                register(small, "x", dice.nextInt(4) == 0 ? LOCAL : source(dice.nextInt(8))));
        case 2 -> small.refresh(any);
        case 3 -> small.unregister(any);
        default -> pass(Duration.ofSeconds(dice.nextInt(40)));
      }
      assertThat(small.size()).isLessThanOrEqualTo(20);
      assertThat(small.inconsistency()).isNull();
    }
  }

  @Test
  void whatHasEndedGoesBeforeAnybodyElse() {
    Registry small = registry(RegistryConfig.DEFAULT.withMaxDevices(2));
    register(small, "ends", source(1));
    pass(Duration.ofSeconds(299));
    register(small, "stays", source(2));
    pass(Duration.ofSeconds(2));
    register(small, "new", source(3));
    assertThat(names(small)).containsExactly("new", "stays");
    assertThat(small.counters()).containsEntry("expired", 1L).containsEntry("evicted", 0L);
  }

  @Test
  void amongEqualsTheOldestGoes() {
    Registry small = registry(RegistryConfig.DEFAULT.withMaxDevices(3));
    String first = register(small, "1", source(1));
    register(small, "2", source(2));
    register(small, "3", source(3));
    small.refresh(first);
    register(small, "4", source(4));
    assertThat(names(small)).containsExactly("1", "3", "4");
  }

  @Test
  void allTogetherHoldABoundedNumberOfCharacters() {
    Registration large =
        new Registration(
            "x",
            Map.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            java.util.stream.IntStream.range(0, 32)
                .boxed()
                .collect(
                    java.util.stream.Collectors.toMap(
                        i -> "k" + i, i -> "v".repeat(Registration.MAX_METADATA_VALUE))));
    for (int i = 0; i < 3000; i++) {
      registry.register(large, LOCAL);
    }
    assertThat(registry.size() * (long) large.size()).isLessThanOrEqualTo(Registry.MAX_CHARACTERS);
    assertThat(registry.inconsistency()).isNull();
  }

  /** D-14. */
  @Test
  void d14ASourceHasAtMostSoManyAndThisMachineAsManyAsItLikes() {
    for (int i = 0; i < 15; i++) {
      register(registry, "far " + i, source(1));
      register(registry, "near", LOCAL);
    }
    assertThat(names(registry)).filteredOn(n -> n.startsWith("far")).hasSize(10);
    assertThat(names(registry)).contains("far 14", "far 5").doesNotContain("far 4");
    assertThat(names(registry)).filteredOn("near"::equals).hasSize(15);
  }

  @Test
  void aStrictRegistryRefusesInsteadOfDisplacing() {
    Registry strict = registry(RegistryConfig.DEFAULT.withMaxPerSource(1, true));
    register(strict, "a", source(1));
    assertThat(strict.register(registration("b"), source(1))).isEmpty();
    assertThat(strict.register(registration("b"), source(2))).isPresent();
    assertThat(strict.counters()).containsEntry("refused", 1L);
  }

  /** D-15. */
  @Test
  void d15WhatHasEndedIsNotListedAndNotRevived() {
    String secret = register(registry, "a", LOCAL);
    pass(Duration.ofSeconds(300).minusNanos(1));
    assertThat(names(registry)).containsExactly("a");
    pass(Duration.ofNanos(1));
    assertThat(names(registry)).isEmpty();
    assertThat(registry.refresh(secret)).isFalse();
    assertThat(registry.unregister(secret)).isFalse();
  }

  @Test
  void refreshingProlongsAndMovesLastSeenOnly() {
    String secret = register(registry, "a", LOCAL);
    long registered = wallMicros;
    for (int i = 0; i < 5; i++) {
      pass(Duration.ofSeconds(200));
      assertThat(registry.refresh(secret)).isTrue();
    }
    RegisteredDevice device = registry.discover(ANY, ANY, 1).getFirst();
    assertThat(device.registeredMicros()).isEqualTo(registered);
    assertThat(device.lastSeenMicros()).isEqualTo(wallMicros);
  }

  @Test
  void aNetworkOfIpv6IsOneSource() throws Exception {
    Source one = Source.of(InetAddress.getByName("2001:db8:0:1::1"));
    assertThat(one).isEqualTo(Source.of(InetAddress.getByName("2001:db8:0:1:ffff::2")));
    assertThat(one).isNotEqualTo(Source.of(InetAddress.getByName("2001:db8:0:2::1")));
    assertThat(one.local()).isFalse();
    assertThat(Source.of(InetAddress.getByName("::1")).local()).isTrue();
    assertThat(Source.of(InetAddress.getByName("127.9.9.9")).local()).isTrue();
  }

  @Test
  void whatIsKeptComesBackWithItsAge() {
    String old = register(registry, "old", source(1));
    pass(Duration.ofSeconds(200));
    String young = register(registry, "young", LOCAL);
    List<Registry.Kept> kept = registry.kept();
    wallMicros += TimeUnit.SECONDS.toMicros(150);
    now = 77;

    Registry next = registry(RegistryConfig.DEFAULT);
    next.restore(kept);

    assertThat(names(next)).containsExactly("young");
    assertThat(next.refresh(old)).isFalse();
    assertThat(next.refresh(young)).isTrue();
    assertThat(next.inconsistency()).isNull();
  }

  @Test
  void aClockThatWasSetBackEndsNothing() {
    register(registry, "a", LOCAL);
    List<Registry.Kept> kept = registry.kept();
    wallMicros -= TimeUnit.HOURS.toMicros(5);
    Registry next = registry(RegistryConfig.DEFAULT);
    next.restore(kept);
    assertThat(names(next)).containsExactly("a");
  }

  @Test
  void secretsDoNotRepeat() {
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      assertThat(all.add(register(registry, "a", LOCAL))).isTrue();
    }
  }

  // --- rates -------------------------------------------------------------------------------------

  @Test
  void aSourceHasItsRateAndThisMachineNone() {
    SourceRates rates = new SourceRates(10, () -> now);
    for (int i = 0; i < 10; i++) {
      assertThat(rates.wait(source(1))).isZero();
    }
    assertThat(rates.wait(source(1))).isBetween(1L, 6L);
    assertThat(rates.wait(source(2))).isZero();
    for (int i = 0; i < 100; i++) {
      assertThat(rates.wait(LOCAL)).isZero();
    }
    pass(Duration.ofSeconds(6));
    assertThat(rates.wait(source(1))).isZero();
    assertThat(rates.wait(source(1))).isPositive();
  }

  @Test
  void ratesOfManySourcesTakeABoundedPlace() {
    SourceRates rates = new SourceRates(10, () -> now);
    for (int i = 0; i < 3 * SourceRates.REMEMBERED; i++) {
      rates.wait(new Source("s" + i, false));
    }
    assertThat(rates.size()).isLessThanOrEqualTo(SourceRates.REMEMBERED);
    pass(Duration.ofMinutes(2));
    rates.wait(source(1));
    assertThat(rates.size()).isEqualTo(1);
  }
}
