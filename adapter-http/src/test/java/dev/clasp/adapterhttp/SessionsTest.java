package dev.clasp.adapterhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.RouterDoors;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.testkit.FreePort;
import dev.clasp.web.Feed;
import dev.clasp.web.FeedItem;
import dev.clasp.web.ProblemException;
import dev.clasp.web.RouterSession;
import dev.clasp.web.RouterSessions;
import dev.clasp.web.SessionLimits;
import dev.clasp.web.WebClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions by token and feeds, on a real router in this process. */
final class SessionsTest {

  private static final Optional<String> NOBODY = Optional.empty();

  private ClaspServer server = start(ServerConfig.DEFAULT);
  private RouterSessions sessions = sessions(SessionLimits.DEFAULT);

  private static ClaspServer start(ServerConfig config) {
    return ClaspServer.start(config.withPort(0).withLoops(2));
  }

  private RouterSessions sessions(SessionLimits limits) {
    return new RouterSessions(
        RouterDoors.inProcess(server::doorFor, server.loops()), "http", limits, WebClock.system());
  }

  private FakeAuthenticator wantTokens() {
    sessions.close();
    server.close();
    FakeAuthenticator tokens = new FakeAuthenticator();
    server = start(ServerConfig.DEFAULT.withAuthenticator(tokens));
    sessions = sessions(SessionLimits.DEFAULT);
    return tokens;
  }

  @AfterEach
  void close() {
    sessions.close();
    server.close();
  }

  private RouterSession session(Optional<String> token) throws Exception {
    return sessions.session("192.0.2.7:4711", token).get(30, TimeUnit.SECONDS);
  }

  private static List<FeedItem> until(Feed feed, Predicate<FeedItem> last) {
    List<FeedItem> taken = new ArrayList<>();
    Eventually.is(
        () -> "the last one, but " + taken.stream().map(i -> i.signal().address()).toList(),
        () -> {
          for (Optional<FeedItem> next = feed.poll(); next.isPresent(); next = feed.poll()) {
            taken.add(next.get());
            if (last.test(next.get())) {
              return true;
            }
          }
          return false;
        });
    return taken;
  }

  @Test
  void requestsWithOneTokenShareASession() throws Exception {
    FakeAuthenticator tokens = wantTokens();
    tokens.admit("a", "write:/**").admit("b", "read:/**");
    RouterSession first = session(Optional.of("a"));
    assertThat(session(Optional.of("a"))).isSameAs(first);
    assertThat(session(Optional.of("b"))).isNotSameAs(first);
    assertThat(sessions.count()).isEqualTo(2);
  }

  @Test
  void aWrongTokenIsToldAndNotRemembered() {
    FakeAuthenticator tokens = wantTokens();
    for (Optional<String> token :
        List.of(Optional.of("wrong"), NOBODY, Optional.of("x".repeat(70_000)))) {
      assertThatThrownBy(() -> sessions.session("192.0.2.7:1", token).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(401));
    }
    assertThat(sessions.count()).isZero();
    tokens.admit("wrong", "read:/**");
    assertThat(sessions.session("192.0.2.7:1", Optional.of("wrong")).join().isOpen()).isTrue();
  }

  @Test
  void aTokenThatExpiresEndsItsSessionAndItsFeeds() throws Exception {
    FakeAuthenticator tokens = wantTokens();
    // Not before the session is there, however busy the machine is.
    long soon = System.currentTimeMillis() / 1000 + 8;
    tokens.admit(
        "a",
        FakeAuthenticator.identity("a", List.of(), java.util.OptionalLong.of(soon), "write:/**"));
    RouterSession session = session(Optional.of("a"));
    Feed feed = session.feed(List.of("/**"), Set.of());
    tokens.expired("a");
    Eventually.is("the feed ends", () -> feed.end().isPresent());
    assertThat(feed.end().orElseThrow().status()).isEqualTo(401);
    Eventually.is("the session is forgotten", () -> sessions.count() == 0);
    assertThatThrownBy(() -> session(Optional.of("a"))).hasMessageContaining("expired");
  }

  @Test
  void theRouterSeesWhereWhoeverAsksComesFrom() throws Exception {
    List<String> peers = new java.util.concurrent.CopyOnWriteArrayList<>();
    FakeAuthenticator tokens = new FakeAuthenticator().admit("a", "read:/**");
    sessions.close();
    server.close();
    server =
        start(
            ServerConfig.DEFAULT.withAuthenticator((token, peer, answer) -> {
              peers.add(peer);
              tokens.authenticate(token, peer, answer);
            }));
    sessions = sessions(SessionLimits.DEFAULT);
    session(Optional.of("a"));
    assertThat(peers).containsExactly("192.0.2.7:4711");
    sessions.session("local:bridge:desk", Optional.of("b")).handle((_, e) -> e).join();
    assertThat(peers.getLast()).isEqualTo("peer local:bridge:desk");
  }

  @Test
  void theSameOverTheNetworkAndItSurvivesARestartOfTheRouter() throws Exception {
    sessions.close();
    server.close();
    // Nobody takes it while the router is away, the client that looks for it included.
    int port = FreePort.find();
    server = ClaspServer.start(ServerConfig.DEFAULT.withPort(port).withLoops(2));
    try (var loops = dev.clasp.transport.EventLoops.create("test", 1)) {
      sessions =
          new RouterSessions(
              RouterDoors.at(server.url(), dev.clasp.transport.ClientTls.DEFAULT, loops),
              "http",
              SessionLimits.DEFAULT,
              WebClock.system());
      RouterSession session = session(NOBODY);
      session.client().set("/a", 1).join();
      Feed feed = session.feed(List.of("/a"), Set.of());
      until(feed, i -> i.signal() instanceof Signal.Change c && c.value().equals(Value.of(1L)));
      server.close();
      server = ClaspServer.start(ServerConfig.DEFAULT.withPort(port).withLoops(2));
      try (ClaspClient other = ClaspClient.builder(server.url()).connectBlocking()) {
        other.set("/a", 2).join();
      }
      until(feed, i -> i.signal() instanceof Signal.Change c && c.value().equals(Value.of(2L)));
      Eventually.is("that the router was away is told", feed::takeGap);
      sessions.close();
    }
  }

  @Test
  void beyondTheBoundTheNextTokenIsToldSo() throws Exception {
    FakeAuthenticator tokens = wantTokens();
    tokens.admit("a", "write:/**").admit("b", "read:/**");
    sessions.close();
    sessions = sessions(new SessionLimits(1, 1, 8, Duration.ofMinutes(1)));
    session(Optional.of("a"));
    assertThatThrownBy(() -> session(Optional.of("b"))).hasMessageContaining("too many tokens");
    RouterSession own = sessions.openOwn("ws", "192.0.2.7:1", Optional.of("b")).join();
    assertThatThrownBy(() -> sessions.openOwn("ws", "192.0.2.7:1", Optional.of("b")).join())
        .hasMessageContaining("too many connections");
    own.close();
    sessions.openOwn("ws", "192.0.2.7:1", Optional.of("b")).join();
  }

  @Test
  void idleSessionsAreClosed() throws Exception {
    sessions.close();
    sessions = sessions(new SessionLimits(4, 4, 8, Duration.ofMillis(100)));
    RouterSession session = session(NOBODY);
    Eventually.is("the session is closed", () -> !session.isOpen());
    Eventually.is("the session is forgotten", () -> sessions.count() == 0);
  }

  @Test
  void manyFeedsToOnePatternAreOneSubscriptionAndEachGetsThePresentValues() throws Exception {
    RouterSession session = session(NOBODY);
    session.client().set("/a/1", 1).join();
    session.client().set("/a/2", 2).join();
    List<Feed> feeds = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      feeds.add(session.feed(List.of("/a/**"), Set.of()));
    }
    session.client().set("/a/3", 3).join();
    for (Feed feed : feeds) {
      List<FeedItem> items = until(feed, i -> i.signal().address().equals("/a/3"));
      assertThat(items.stream().map(i -> i.signal().address()))
          .containsExactlyInAnyOrder("/a/1", "/a/2", "/a/3");
    }
    assertThat(server.router().subscriptionCount()).isEqualTo(1);
  }

  @Test
  void aFeedOfAPatternThatMayNotBeReadEndsWithTheReason() throws Exception {
    wantTokens().admit("a", "read:/a/**");
    Feed feed = session(Optional.of("a")).feed(List.of("/**"), Set.of());
    Eventually.is("the feed ends", () -> feed.end().isPresent());
    assertThat(feed.end().orElseThrow().status()).isEqualTo(403);
  }

  @Test
  void whoComesBackGetsWhatIsNewAndNothingTwice() throws Exception {
    RouterSession session = session(NOBODY);
    ClaspClient client = session.client();
    for (int i = 0; i < 50; i++) {
      client.set("/v/" + i, i).join();
    }
    Feed first = session.feed(List.of("/v/**"), Set.of());
    first.present().get(30, TimeUnit.SECONDS);
    List<FeedItem> seen = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      seen.add(first.poll().orElseThrow());
    }
    first.close();
    for (int i = 0; i < 10; i++) {
      client.set("/v/" + i, 100 + i).join();
    }
    client.set("/v/end", true).join();
    Feed second = session.feed(List.of("/v/**"), Set.of(), 100, seen.getLast().id());
    assertThat(second.gap()).isFalse();
    List<FeedItem> rest = until(second, i -> i.signal().address().equals("/v/end"));
    var values = new TreeMap<String, Value>();
    for (List<FeedItem> part : List.of(seen, rest)) {
      for (FeedItem item : part) {
        Signal.Change change = (Signal.Change) item.signal();
        assertThat(change.value()).isNotEqualTo(values.put(change.address(), change.value()));
      }
    }
    for (int i = 0; i < 50; i++) {
      assertThat(values.get("/v/" + i)).isEqualTo(Value.of((long) (i < 10 ? 100 + i : i)));
    }
    Feed third = session.feed(List.of("/v/**"), Set.of(), 100, "nonsense-5");
    assertThat(third.gap()).isTrue();
    assertThat(until(third, i -> i.signal().address().equals("/v/end"))).hasSize(51);
  }

  @Test
  void manyPatternsOneAfterTheOtherAreNotKeptAtTheRouter() throws Exception {
    RouterSession session = session(NOBODY);
    // A session may have 1,000 subscriptions.
    for (int i = 0; i < 1200; i++) {
      Feed feed = session.feed(List.of("/p/" + i), Set.of());
      feed.present().get(30, TimeUnit.SECONDS);
      assertThat(feed.end()).isEmpty();
      feed.close();
    }
  }

  @Test
  void whatWasDeletedWhileTooMuchHappenedCanBeSeen() throws Exception {
    RouterSession session = session(NOBODY);
    ClaspClient client = session.client();
    client.set("/v/stays", 1).join();
    client.set("/v/goes", 1).join();
    Feed first = session.feed(List.of("/v/**"), Set.of());
    first.present().get(30, TimeUnit.SECONDS);
    List<FeedItem> seen = until(first, i -> i.number() >= 2);
    first.close();
    client.set("/v/goes", Value.NULL).join();
    try (ClaspClient other = ClaspClient.builder(server.url()).connectBlocking()) {
      for (int i = 0; i < 5000; i++) {
        other.emit("/v/event", Value.of((long) i));
      }
      other.set("/v/end", true).join();
    }
    Feed all = session.feed(List.of("/v/end"), Set.of());
    until(all, i -> i.signal().address().equals("/v/end"));
    Eventually.is(
        "the end is known",
        () -> {
          try (Feed second = session.feed(List.of("/v/**"), Set.of(), 8192, seen.getLast().id())) {
            List<String> told = new ArrayList<>();
            for (var item = second.poll(); item.isPresent(); item = second.poll()) {
              told.add(item.get().signal().address());
            }
            return second.gap()
                && told.contains("/v/end")
                && told.contains("/v/stays")
                && !told.contains("/v/goes");
          }
        });
  }

  @Test
  void whoIsTooSlowForEventsIsToldSo() throws Exception {
    RouterSession session = session(NOBODY);
    Feed feed = session.feed(List.of("/e/**"), Set.of(SignalType.EVENT), 10, "");
    feed.present().get(30, TimeUnit.SECONDS);
    try (ClaspClient other = ClaspClient.builder(server.url()).connectBlocking()) {
      for (int i = 0; i < 20; i++) {
        other.emit("/e/x", Value.of((long) i));
      }
      other.ping().join();
      Eventually.is("all of them", () -> feed.ending());
    }
    Eventually.is(
        "the feed ends",
        () -> {
          feed.poll();
          return feed.end().isPresent();
        });
    assertThat(feed.end().orElseThrow().type()).isEqualTo("listener-too-slow");
  }
}
