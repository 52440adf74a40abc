package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.Message;
import dev.clasp.transport.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From the first packet to WELCOME, or not. */
class ConnectTest {

  private final Rig rig = new Rig();

  @Test
  void saysHelloAndIsConnectedAtWelcome() {
    rig.start();

    assertThat(rig.sent())
        .singleElement()
        .satisfies(message -> {
          Message.Hello hello = (Message.Hello) message;
          assertThat(hello.instance()).isPresent();
          assertThat(hello)
              .isEqualTo(
                  new Message.Hello(
                      1,
                      Set.of(Feature.PARAM, Feature.EVENT),
                      "rig",
                      Optional.empty(),
                      Optional.empty(),
                      hello.instance()));
        });
    assertThat(rig.started()).isNotDone();
    assertThat(rig.client().state()).isEqualTo(ClientState.CONNECTING);

    rig.link().says(rig.welcome("s1"));

    assertThat(rig.started()).isCompleted();
    assertThat(rig.client().state()).isEqualTo(ClientState.CONNECTED);
    assertThat(rig.client().session()).isEqualTo("s1");
    assertThat(rig.client().server())
        .isEqualTo(new ServerIdentity("fake router", 1, Set.of(Feature.PARAM)));
    assertThat(rig.events)
        .containsExactly(
            new ClientEvent.Connecting(Rig.FIRST),
            new ClientEvent.Connected(Rig.FIRST, "s1", rig.client().server(), false));
  }

  @Test
  void aClientSaysWhenItComesBackAndWhenItIsAnother() {
    rig.start();
    Message first = rig.sent().getFirst();
    rig.link().says(rig.welcome("s1"));
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(4));
    assertThat(rig.sent()).containsExactly(first);

    Rig other = new Rig();
    other.start();
    assertThat(other.sent()).doesNotContain(first);
  }

  @Test
  void listenersThatAreAddedLaterAreToldTooUntilTheyLeave() {
    rig.start();
    List<ClientEvent> later = new ArrayList<>();
    Registration failing =
        rig.client()
            .listen(_ -> {
              throw new IllegalStateException("a listener that fails");
            });
    Registration registration = rig.client().listen(later::add);
    rig.link().says(rig.welcome("s1"));
    ClientEvent connected =
        new ClientEvent.Connected(Rig.FIRST, "s1", rig.client().server(), false);
    assertThat(later).containsExactly(connected);

    registration.close();
    registration.close();
    failing.close();
    rig.link().says(Rig.error(404, "not there"));
    assertThat(later).containsExactly(connected);
    assertThat(rig.events).hasSize(3);
  }

  @Test
  void whatComesBeforeWelcomeDoesNoHarm() {
    rig.start();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 1, 1)), Rig.ack("/a", 1), new Message.Ping());
    assertThat(rig.sent()).hasSize(2).endsWith(new Message.Pong());
    rig.link().says(rig.welcome("s"));

    assertThat(rig.started()).isCompleted();
  }

  @Test
  void sendsTheToken() {
    rig.tokens = () -> "cpsk_secret";
    rig.start();

    assertThat(rig.sent())
        .singleElement()
        .extracting(hello -> ((Message.Hello) hello).token())
        .isEqualTo(Optional.of("cpsk_secret"));
  }

  @Test
  void failsWhenNobodyIsThere() {
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE);

    ClaspException failure = failure(rig.start());

    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure).hasMessageContaining("nobody listens on ws://one:1");
    assertThat(rig.client().state()).isEqualTo(ClientState.CLOSED);
    assertThat(rig.dialer.isClosed()).isTrue();
    assertThat(rig.events.getLast()).isEqualTo(new ClientEvent.Closed());
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void tellsTheUserOfAClosedConnectionBeforeWelcome() {
    rig.start();
    rig.link().ends(new CloseReason(CloseReason.GOING_AWAY, "stopping"));

    assertThat(failure(rig.started()).kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure(rig.started())).hasMessageContaining("stopping (code 1001)");
  }

  @Test
  void waitsForWelcomeOnlySoLong() {
    rig.start();
    rig.reactor.pass(Duration.ofSeconds(9));
    assertThat(rig.started()).isNotDone();

    rig.reactor.pass(Duration.ofSeconds(1));

    assertThat(failure(rig.started()).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(failure(rig.started()))
        .hasMessage("ws://one:1 did not answer within 10.0 s: is this a CLASP router?");
    assertThat(rig.link().closes()).hasSize(1);
  }

  @Test
  void closesAConnectionThatOpensTooLate() {
    rig.dialer.next(FakeDialer.Outcome.SILENT);
    rig.start();
    rig.reactor.pass(Duration.ofSeconds(10));
    assertThat(failure(rig.started()).kind()).isEqualTo(Kind.TIMEOUT);

    rig.dialer.open();

    assertThat(rig.link().closes()).hasSize(1);
  }

  @Test
  void failsOverToTheNextUri() {
    rig.uris = List.of(Rig.FIRST, Rig.SECOND);
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE);
    rig.start();
    rig.welcome();

    assertThat(rig.started()).isCompleted();
    assertThat(rig.dialer.dialed()).containsExactly(Rig.FIRST, Rig.SECOND);
    assertThat(rig.events)
        .startsWith(new ClientEvent.Connecting(Rig.FIRST), new ClientEvent.Connecting(Rig.SECOND));
  }

  @Test
  void triesTheRouterThatWorkedLastFirst() {
    rig.uris = List.of(Rig.FIRST, Rig.SECOND);
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE);
    rig.start();
    rig.welcome();
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE);

    rig.link().breaks("gone");
    rig.reactor.pass(Duration.ofSeconds(1));

    assertThat(rig.dialer.dialed()).containsExactly(Rig.FIRST, Rig.SECOND, Rig.SECOND, Rig.FIRST);
  }

  @Test
  void aRefusedTokenIsFinal() {
    rig.tokens = () -> "wrong";
    rig.start();
    rig.link().takeSent();
    rig.link().says(Rig.error(300, "Invalid token"));

    ClaspException failure = failure(rig.started());
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure.code()).hasValue(300);
    assertThat(failure)
        .hasMessage("ws://one:1 refuses the connection: Invalid token (code 300). Check the token");
    assertThat(rig.dialer.dialed()).hasSize(1);
    assertThat(rig.reactor.timers()).isZero();
  }

  @Test
  void theErrorIsRememberedThoughTheConnectionClosesBehindIt() {
    rig.start();
    rig.link().says(Rig.error(302, "Token expired"));
    rig.link().ends(new CloseReason(CloseReason.POLICY, "expired"));

    assertThat(failure(rig.started()).code()).hasValue(302);
  }

  @Test
  void aPolicyCloseWithoutErrorIsARefusalToo() {
    rig.start();
    rig.link().ends(new CloseReason(CloseReason.POLICY, "members only"));

    assertThat(failure(rig.started()).kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure(rig.started())).hasMessageContaining("members only");
  }

  @Test
  void asksTheSupplierForAnotherTokenWhenOneIsRefused() {
    ArrayDeque<String> tokens = new ArrayDeque<>(List.of("old", "new"));
    rig.tokens = tokens::remove;
    rig.tokenMayChange = true;
    rig.start();
    rig.link().says(Rig.error(302, "Token expired"));

    assertThat(rig.dialer.links()).hasSize(2);
    assertThat(rig.sent())
        .singleElement()
        .extracting(hello -> ((Message.Hello) hello).token())
        .isEqualTo(Optional.of("new"));
    rig.link().says(rig.welcome("s"));
    assertThat(rig.started()).isCompleted();
  }

  @Test
  void givesUpWhenTheSupplierHasNoOtherToken() {
    rig.tokens = () -> "same";
    rig.tokenMayChange = true;
    rig.start();
    rig.link().says(Rig.error(302, "Token expired"));

    assertThat(failure(rig.started()).code()).hasValue(302);
    assertThat(rig.dialer.dialed()).hasSize(1);
  }

  @Test
  void aSupplierThatThrowsIsReported() {
    rig.tokens =
        () -> {
          throw new IllegalStateException("no network");
        };
    rig.tokenMayChange = true;

    assertThat(failure(rig.start())).hasMessageContaining("no network");
  }

  @Test
  void aSupplierThatNeverAnswersIsNotWaitedForForEver() {
    rig.tokenMayChange = true;
    List<Runnable> asked = new ArrayList<>();
    rig.background = asked::add;
    rig.tokens = () -> "late";
    var started = rig.start();
    rig.reactor.pass(Duration.ofSeconds(10));

    assertThat(failure(started).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(failure(started))
        .hasMessage("there is no token: the supplier did not answer within 10.0 s");
    asked.getFirst().run();
    rig.reactor.run();
    assertThat(rig.dialer.dialed()).as("too late").isEmpty();
  }

  @Test
  void aSupplierThatGivesWhatCannotBeSentIsReported() {
    rig.tokenMayChange = true;
    rig.tokens = () -> "x".repeat(70_000);
    assertThat(failure(rig.start()))
        .hasMessageStartingWith("there is no token: the supplier failed: ");
  }

  @Test
  void goesOnTryingWhenToldToAwaitTheRouter() {
    rig.awaitRouter = true;
    rig.dialer.next(FakeDialer.Outcome.UNREACHABLE, FakeDialer.Outcome.UNREACHABLE);
    rig.start();
    assertThat(rig.started()).isNotDone();

    rig.reactor.pass(Duration.ofSeconds(3));
    rig.welcome();

    assertThat(rig.started()).isCompleted();
    assertThat(rig.events)
        .filteredOn(event -> event instanceof ClientEvent.Reconnecting)
        .extracting(event -> ((ClientEvent.Reconnecting) event).delay())
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void awaitingTheRouterEndsWithTheAttempts() {
    rig.awaitRouter = true;
    rig.backoff = new Backoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1), false, 2);
    rig.dialer.next(
        FakeDialer.Outcome.UNREACHABLE,
        FakeDialer.Outcome.UNREACHABLE,
        FakeDialer.Outcome.UNREACHABLE);
    rig.start();
    rig.reactor.pass(Duration.ofSeconds(2));

    assertThat(failure(rig.started()).kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure(rig.started())).hasMessageStartingWith("gave up connecting to ws://one:1");
    assertThat(rig.reactor.timers()).isZero();
  }
}
