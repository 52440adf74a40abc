package dev.clasp.discovery;

import static dev.clasp.discovery.Devices.device;
import static dev.clasp.discovery.Devices.registration;
import static dev.clasp.discovery.Mechanism.BROADCAST;
import static dev.clasp.discovery.Mechanism.MANUAL;
import static dev.clasp.discovery.Mechanism.MDNS;
import static dev.clasp.discovery.Mechanism.RENDEZVOUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.discovery.DiscoveryEvent.Failed;
import dev.clasp.discovery.DiscoveryEvent.Found;
import dev.clasp.discovery.DiscoveryEvent.Lost;
import dev.clasp.discovery.DiscoveryEvent.Updated;
import dev.clasp.discovery.RendezvousException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All mechanisms at once, with mechanisms that the test plays, and time that stands still. */
@Timeout(60)
class DiscoveryTest {

  private static final Optional<String> NONE = Optional.empty();

  /** A mechanism that tells what the test says. */
  private static class FakeSource implements DeviceSource {
    private final Mechanism mechanism;
    private final CompletableFuture<Consumer<DiscoveryEvent>> started = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    FakeSource(Mechanism mechanism) {
      this.mechanism = mechanism;
    }

    @Override
    public Mechanism mechanism() {
      return mechanism;
    }

    @Override
    public void start(Consumer<DiscoveryEvent> events) {
      started.complete(events);
    }

    void tells(DiscoveryEvent event) {
      started.orTimeout(30, TimeUnit.SECONDS).join().accept(event);
    }

    void finds(String id, String ws) {
      tells(new Found(device(mechanism, id, NONE, ws)));
    }

    @Override
    public void close() {
      closed.countDown();
    }

    boolean isClosed() throws InterruptedException {
      return closed.await(30, TimeUnit.SECONDS);
    }
  }

  /** A server whose answer the test gives. */
  private static final class FakeServer implements Rendezvous {
    private final CompletableFuture<List<RegisteredDevice>> answer = new CompletableFuture<>();
    private final ConcurrentLinkedQueue<Duration> limits = new ConcurrentLinkedQueue<>();

    @Override
    public Receipt register(Registration registration) {
      throw new AssertionError();
    }

    @Override
    public void refresh(String id) {
      throw new AssertionError();
    }

    @Override
    public void unregister(String id, Duration timeout) {
      throw new AssertionError();
    }

    @Override
    public List<RegisteredDevice> discover(
        Optional<String> tag, Optional<String> feature, Duration timeout) {
      limits.add(timeout);
      try {
        return answer.join();
      } catch (java.util.concurrent.CompletionException e) {
        if (e.getCause() instanceof RendezvousException failure) {
          throw failure;
        }
        throw e;
      }
    }
  }

  private final FakeAlarm alarm = new FakeAlarm();
  private final FakeSource mdns = new FakeSource(MDNS);
  private final FakeSource broadcast = new FakeSource(BROADCAST);
  private final FakeServer server = new FakeServer();
  private final LinkedBlockingQueue<Failed> failures = new LinkedBlockingQueue<>();
  private final List<Discovery> open = new ArrayList<>();

  @AfterEach
  void stop() {
    open.forEach(Discovery::close);
    server.answer.complete(List.of());
  }

  private Discovery.Builder builder(DeviceSource... sources) {
    List<Supplier<DeviceSource>> suppliers = new ArrayList<>();
    for (DeviceSource source : sources) {
      suppliers.add(() -> source);
    }
    return Discovery.builder().lan(_ -> suppliers).alarm(alarm).onFailure(failures::add);
  }

  private Discovery build(Discovery.Builder builder) {
    Discovery discovery = builder.build();
    open.add(discovery);
    return discovery;
  }

  private Discovery.Builder withServer(Discovery.Builder builder) {
    return builder.rendezvous(server, () -> new FakeSource(RENDEZVOUS));
  }

  private static List<String> ids(CompletableFuture<List<Device>> found) {
    return found.orTimeout(30, TimeUnit.SECONDS).join().stream().map(Device::id).toList();
  }

  private CompletableFuture<List<Device>> look(Discovery discovery) {
    return discovery.look(_ -> false);
  }

  // --- discovery.md 10.1 -------------------------------------------------------------------------

  @Test
  void theDefaultsAreThoseOfTheReference() {
    DiscoveryConfig config = DiscoveryConfig.DEFAULT;
    assertThat(config.mdns()).isTrue();
    assertThat(config.broadcast()).isTrue();
    assertThat(config.broadcastPort()).isEqualTo(7331);
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.rendezvousUrl()).isEmpty();
    assertThat(config.rendezvousTag()).isEmpty();
    assertThat(build(builder()).devices()).isEmpty();
  }

  @Test
  void devicesAreEnteredAndTakenOutByHand() {
    Discovery discovery = build(builder());
    for (int i = 0; i < 5; i++) {
      discovery.add(device(MANUAL, "d" + i, NONE, ""));
    }
    assertThat(discovery.devices()).hasSize(5);
    assertThat(discovery.device("d1")).isPresent();
    assertThat(discovery.device("other")).isEmpty();
    assertThat(discovery.remove("d1")).isTrue();
    assertThat(discovery.remove("d1")).isFalse();
    assertThat(discovery.device("d1")).isEmpty();
  }

  // --- looking once ------------------------------------------------------------------------------

  @Test
  void everybodyIsAskedAtOnceAndTheResultsAreMerged() throws Exception {
    Discovery discovery = build(withServer(builder(mdns, broadcast)));
    CompletableFuture<List<Device>> found = look(discovery);
    mdns.finds("m", "ws://a:1");
    broadcast.finds("b", "ws://A:1/clasp");
    broadcast.finds("c", "ws://b:1");
    server.answer.complete(List.of(new RegisteredDevice("r", registration("r"), 1, 1)));
    // The answer of the server is taken on a thread of its own.
    while (discovery.devices().size() < 3) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(found).isNotDone();

    alarm.advance(Duration.ofSeconds(5));

    assertThat(ids(found)).containsExactly("m", "c", "r");
    assertThat(discovery.device("m").orElseThrow().sources()).containsExactly(MDNS, BROADCAST);
    assertThat(mdns.isClosed()).isTrue();
    assertThat(broadcast.isClosed()).isTrue();
  }

  /** D-09. */
  @Test
  void d09ALostDeviceDoesNotEndTheSearch() {
    CompletableFuture<List<Device>> found = look(build(builder(mdns)));
    mdns.finds("a", "ws://a:1");
    mdns.tells(new Lost("a"));
    mdns.finds("b", "ws://b:1");
    assertThat(found).isNotDone();
    alarm.advance(Duration.ofSeconds(5));
    assertThat(ids(found)).containsExactly("b");
  }

  /** D-13. */
  @Test
  void d13ChatterDoesNotProlongTheSearch() {
    CompletableFuture<List<Device>> found = look(build(builder(broadcast)));
    for (int i = 0; i < 49; i++) {
      broadcast.finds("d", "ws://d:1");
      alarm.advance(Duration.ofMillis(100));
      assertThat(found).isNotDone();
    }
    alarm.advance(Duration.ofMillis(100));
    assertThat(ids(found)).containsExactly("d");
  }

  /** D-13: a server that does not answer costs no more time than the rest. */
  @Test
  void d13AServerThatHangsDoesNotProlongTheSearch() {
    CompletableFuture<List<Device>> found = look(build(withServer(builder(mdns))));
    mdns.finds("a", "ws://a:1");
    alarm.advance(Duration.ofSeconds(5));
    assertThat(ids(found)).containsExactly("a");
  }

  @Test
  void theServerHasTheTimeOfTheSearchAndAtMostTenSeconds() {
    for (int seconds : new int[] {3, 60}) {
      server.limits.clear();
      server.answer.complete(List.of());
      Discovery discovery = build(withServer(builder()).timeout(Duration.ofSeconds(seconds)));
      assertThat(ids(look(discovery))).isEmpty();
      assertThat(server.limits).containsExactly(Duration.ofSeconds(Math.min(10, seconds)));
    }
  }

  @Test
  void aMechanismThatHangsOrFailsConcernsNobodyElse() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    FakeSource hangs =
        new FakeSource(BROADCAST) {
          @Override
          public void start(Consumer<DiscoveryEvent> events) {
            wait(never);
          }

          @Override
          public void close() {
            wait(never);
          }

          private void wait(CountDownLatch latch) {
            try {
              latch.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    FakeSource fails =
        new FakeSource(BROADCAST) {
          @Override
          public void start(Consumer<DiscoveryEvent> events) {
            throw new IllegalStateException("no such interface");
          }
        };
    CompletableFuture<List<Device>> found = look(build(builder(hangs, fails, mdns)));
    // Before the time is over: a source that comes later is not even asked.
    assertThat(failures.take()).isEqualTo(new Failed(BROADCAST, "no such interface"));
    mdns.finds("a", "ws://a:1");
    alarm.advance(Duration.ofSeconds(5));
    assertThat(ids(found)).containsExactly("a");
    never.countDown();
  }

  /** D-22: what does not work is said. */
  @Test
  void d22FailuresAreToldWithTheirMechanism() throws Exception {
    server.answer.completeExceptionally(new RendezvousException(Kind.TIMEOUT, "late"));
    CompletableFuture<List<Device>> found = look(build(withServer(builder(mdns))));
    mdns.tells(new Failed(MDNS, "no multicast"));
    assertThat(List.of(failures.take(), failures.take()))
        .containsExactlyInAnyOrder(
            new Failed(MDNS, "no multicast"), new Failed(RENDEZVOUS, "late"));
    assertThat(found).isNotDone();
    alarm.advance(Duration.ofSeconds(5));
    assertThat(ids(found)).isEmpty();
  }

  /** D-13: without anybody to wait for, nobody waits. */
  @Test
  void d13OnlyAServerIsAskedAndTheAnswerEndsTheSearch() {
    server.answer.complete(List.of(new RegisteredDevice("r", registration("r"), 1, 1)));
    assertThat(ids(look(build(withServer(builder()))))).containsExactly("r");
    assertThat(ids(look(build(builder())))).isEmpty();
  }

  @Test
  void theFirstThatFitsEndsTheSearchIfThatIsWanted() throws Exception {
    CompletableFuture<List<Device>> found =
        build(builder(mdns)).look(device -> device.name().equals("name of b"));
    mdns.finds("a", "ws://a:1");
    assertThat(found).isNotDone();
    mdns.finds("b", "ws://b:1");
    assertThat(ids(found)).containsExactly("a", "b");
    assertThat(mdns.isClosed()).isTrue();
  }

  // --- the rendezvous server alone ---------------------------------------------------------------

  @Test
  void withoutAServerThereIsNothingToAsk() {
    Discovery discovery = build(builder(mdns));
    assertThatThrownBy(discovery::discoverWan)
        .isInstanceOf(RendezvousException.class)
        .hasMessage("no rendezvous URL is configured");
  }

  /** D-22: the table knows them too. */
  @Test
  void d22WhatTheServerListsIsEntered() {
    server.answer.complete(List.of(new RegisteredDevice("r", registration("r", "a", "b"), 1, 1)));
    Discovery discovery = build(withServer(builder()));
    assertThat(discovery.discoverWan()).hasSize(1);
    assertThat(discovery.device("r").orElseThrow().info().meta()).containsEntry("tags", "a,b");
  }

  @Test
  void aWrongUrlIsSaidAtOnce() {
    assertThatThrownBy(() -> Discovery.builder().rendezvous("nonsense").build())
        .isInstanceOf(RendezvousException.class);
  }

  // --- watching ----------------------------------------------------------------------------------

  /** Notes what it is told, as fast as it asks. */
  private static final class Watcher implements Flow.Subscriber<DiscoveryEvent> {
    private final LinkedBlockingQueue<DiscoveryEvent> told = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final long atOnce;
    private Flow.@Nullable Subscription subscription;

    Watcher(long atOnce) {
      this.atOnce = atOnce;
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription = s;
      if (atOnce > 0) {
        s.request(atOnce);
      }
    }

    void request(long n) {
      Flow.Subscription s = subscription;
      if (s != null) {
        s.request(n);
      }
    }

    @Override
    public void onNext(DiscoveryEvent event) {
      told.add(event);
    }

    @Override
    public void onError(Throwable failure) {
      ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      ended.complete(true);
    }

    DiscoveryEvent next() throws InterruptedException {
      DiscoveryEvent event = told.poll(30, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing comes");
      }
      return event;
    }
  }

  /** D-22. */
  @Test
  void d22WhatChangesIsToldAndEntered() throws Exception {
    Discovery discovery = build(builder(mdns, broadcast));
    Watcher watcher = new Watcher(Long.MAX_VALUE);
    discovery.start().subscribe(watcher);

    mdns.finds("a", "ws://a:1");
    assertThat(watcher.next()).isInstanceOf(Found.class);
    broadcast.finds("x", "ws://a:1");
    assertThat(watcher.next())
        .isInstanceOfSatisfying(
            Updated.class, u -> assertThat(u.device().sources()).contains(BROADCAST));
    mdns.tells(new Failed(MDNS, "down"));
    assertThat(watcher.next()).isEqualTo(new Failed(MDNS, "down"));
    broadcast.tells(new Lost("x"));
    assertThat(watcher.next()).isInstanceOf(Updated.class);
    mdns.tells(new Lost("a"));
    assertThat(watcher.next()).isEqualTo(new Lost("a"));
    assertThat(discovery.devices()).isEmpty();

    discovery.close();
    assertThat(watcher.ended.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(mdns.isClosed()).isTrue();
  }

  @Test
  void whoComesLateIsToldWhatThereIs() throws Exception {
    Discovery discovery = build(builder(mdns));
    Flow.Publisher<DiscoveryEvent> events = discovery.start();
    mdns.finds("a", "ws://a:1");
    Watcher late = new Watcher(Long.MAX_VALUE);
    events.subscribe(late);
    assertThat(late.next()).isInstanceOf(Found.class);
    assertThat(discovery.start()).isSameAs(events);
  }

  @Test
  void whoDoesNotFollowIsEndedAndBoundsHold() throws Exception {
    Discovery discovery = build(builder(mdns));
    Watcher slow = new Watcher(0);
    Watcher fast = new Watcher(Long.MAX_VALUE);
    discovery.start().subscribe(slow);
    discovery.start().subscribe(fast);
    for (int i = 0; i <= EventFeed.CAPACITY; i++) {
      mdns.finds("a", "ws://a:" + (1 + i));
      fast.next();
    }
    assertThatThrownBy(() -> slow.ended.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(fast.ended).isNotDone();
  }

  @Test
  void aSubscriberGetsAsManyAsItAsksFor() throws Exception {
    Discovery discovery = build(builder(mdns));
    Watcher watcher = new Watcher(1);
    discovery.start().subscribe(watcher);
    mdns.finds("a", "ws://a:1");
    mdns.finds("b", "ws://b:1");
    watcher.next();
    assertThat(watcher.told).isEmpty();
    watcher.request(1);
    watcher.next();
    watcher.request(0);
    assertThatThrownBy(() -> watcher.ended.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  /** D-22. */
  @Test
  void d22WhatAMechanismDoesNotSayGoodbyeToAges() throws Exception {
    Discovery discovery = build(builder(broadcast).maxAge(BROADCAST, Duration.ofSeconds(90)));
    Watcher watcher = new Watcher(Long.MAX_VALUE);
    discovery.start().subscribe(watcher);
    broadcast.tells(new Found(device(BROADCAST, "a", NONE, "ws://a:1").seen(alarm.nanos())));
    watcher.next();
    alarm.advance(Duration.ofSeconds(90));
    assertThat(discovery.devices()).hasSize(1);
    alarm.advance(Duration.ofSeconds(5));
    assertThat(watcher.next()).isEqualTo(new Lost("a"));
  }
}
