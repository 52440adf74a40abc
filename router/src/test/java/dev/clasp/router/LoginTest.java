package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Ack;
import dev.clasp.protocol.Message.Snapshot;
import dev.clasp.protocol.Message.Welcome;
import dev.clasp.protocol.Value;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import dev.clasp.testkit.FakeAuthenticator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** HELLO and the question who that is (operations.md 7.1). */
class LoginTest {

  private final FakeAuthenticator tokens =
      new FakeAuthenticator()
          .admit("good", "read:/**", "write:/**")
          .admit("other", "read:/b/**")
          .expired("old");
  private TestRouter t = new TestRouter(c -> c, tokens);

  private TestPeer refusedWith(Message hello) {
    return t.connection().send(hello);
  }

  private static Message helloWithoutToken() {
    return new Message.Hello(1, java.util.Set.of(), "nobody", Optional.empty(), Optional.empty());
  }

  private static void assertRefused(TestPeer peer, int code, String text) {
    Message.Error error = TestRouter.onlyError(peer.received());
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.message()).isEqualTo(text);
    assertThat(peer.closed()).hasValue(new CloseReason(1008, text));
  }

  @Test
  void aGoodTokenIsWelcome() {
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "good"));
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(t.count(Counter.LOGINS_ADMITTED)).isEqualTo(1);
    assertThat(t.router.logins()).isEmpty();
  }

  @Test
  void withoutATokenItIsTold300ThenClosedWith1008() {
    assertRefused(refusedWith(helloWithoutToken()), 300, "Authentication required");
    assertRefused(refusedWith(TestPeer.helloOf("nobody", "")), 300, "Authentication required");
    assertThat(t.count(Counter.LOGINS_REFUSED)).isEqualTo(2);
    assertThat(t.count(Counter.SESSIONS_OPENED)).isZero();
  }

  @Test
  void aWrongTokenIsTold300AndAnExpiredOne302() {
    assertRefused(refusedWith(TestPeer.helloOf("nobody", "bad")), 300, "Invalid token");
    assertRefused(refusedWith(TestPeer.helloOf("nobody", "old")), 302, "Token has expired");
  }

  @Test
  void tooManyAttemptsAreTold429() {
    t =
        new TestRouter(
            c -> c,
            (token, peer, answer) ->
                answer.accept(new Login.Refused(429, "Too many failed logins, wait 5 s")));
    assertRefused(
        refusedWith(TestPeer.helloOf("nobody", "bad")), 429, "Too many failed logins, wait 5 s");
  }

  @Test
  void onAnOpenRouterAnyTokenIsWelcome() {
    t = new TestRouter();
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "whatever"));
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
  }

  @Test
  void anAuthenticatorThatFailsAdmitsNobody() {
    t =
        new TestRouter(
            c -> c,
            (token, peer, answer) -> {
              throw new IllegalStateException("out of order");
            });
    assertRefused(
        refusedWith(TestPeer.helloOf("desk", "good")), 500, "The login could not be looked at");
  }

  // --- answers that come later -------------------------------------------------------------------

  @Test
  void whatComesBeforeTheAnswerWaitsInOrder() {
    tokens.answerLater();
    TestPeer peer = t.connection();
    byte[] hello = FrameCodec.encode(TestPeer.helloOf("desk", "good"));
    byte[] first = FrameCodec.encode(TestPeer.setOf("/a", Value.of(1)));
    byte[] both = new byte[hello.length + first.length];
    System.arraycopy(hello, 0, both, 0, hello.length);
    System.arraycopy(first, 0, both, hello.length, first.length);
    peer.sendRaw(both);
    peer.set("/a", 2).set("/a", 3);
    assertThat(peer.received()).isEmpty();
    assertThat(peer.reading()).as("no more is read").isFalse();
    tokens.answer();
    List<Message> received = peer.received();
    assertThat(received)
        .hasExactlyElementsOfTypes(Welcome.class, Snapshot.class, Ack.class, Ack.class, Ack.class);
    assertThat(received.subList(2, 5).stream().map(m -> ((Ack) m).revision().orElse(0)))
        .containsExactly(1L, 2L, 3L);
    assertThat(peer.reading()).isTrue();
  }

  @Test
  void theAnswerMayComeOnAnotherThread() throws InterruptedException {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "good"));
    Thread thread = Thread.ofPlatform().start(tokens::answer);
    thread.join();
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
  }

  @Test
  void whoeverSendsTooMuchBeforeTheAnswerIsClosed() {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("flood", "good"));
    Value large = Value.of("x".repeat(60_000));
    for (int i = 0; i < 5; i++) {
      peer.send(TestPeer.setOf("/a", large));
    }
    assertThat(peer.closed()).hasValue(new CloseReason(1008, "too many messages before WELCOME"));
    tokens.answer();
    assertThat(peer.received()).isEmpty();
    assertThat(t.router.parameterCount()).isZero();

    TestPeer many = t.connection().send(TestPeer.helloOf("flood", "good"));
    for (int i = 0; i < 1025; i++) {
      many.send(new Message.Ping());
    }
    assertThat(many.closed()).isPresent();
  }

  @Test
  void theDeadlineOfTheHandshakeGoesOn() {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "good"));
    t.passMillis(10_000);
    assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(501);
    assertThat(peer.closed().map(CloseReason::code)).hasValue(1013);
    tokens.answer();
    assertThat(peer.received()).isEmpty();
    assertThat(t.router.logins()).isEmpty();
    assertThat(t.count(Counter.SESSIONS_OPENED)).isZero();
  }

  @Test
  void aConnectionThatClosedMeanwhileLeavesNothing() {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "good")).set("/a", 1);
    peer.disconnect();
    assertThat(t.router.logins()).isEmpty();
    tokens.answer();
    t.time.runAll();
    assertThat(t.router.sessions()).isEmpty();
    assertThat(t.router.parameterCount()).isZero();
    assertThat(t.count(Counter.LOGINS_ADMITTED)).isZero();
  }

  @Test
  void theLimitOfSessionsHoldsForAnswersThatComeTogether() {
    t = new TestRouter(c -> c.maxSessions(1), tokens);
    tokens.answerLater();
    TestPeer first = t.connection().send(TestPeer.helloOf("first", "good"));
    TestPeer second = t.connection().send(TestPeer.helloOf("second", "good"));
    tokens.answer();
    tokens.answer();
    assertThat(first.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(TestRouter.onlyError(second.received()).message()).isEqualTo("Server full");
    assertThat(second.closed()).isPresent();
    assertThat(t.router.logins()).isEmpty();
  }

  @Test
  void anAnswerMayBeGivenOnlyOnce() {
    AtomicReference<Consumer<Login>> question = new AtomicReference<>();
    Authenticator twice =
        (token, peer, answer) -> {
          answer.accept(new Login.Admitted(Identity.ANYBODY));
          question.set(answer);
        };
    t = new TestRouter(c -> c, twice);
    t.connection().send(TestPeer.helloOf("desk", "good"));
    assertThat(question.get())
        .satisfies(answer ->
            org.assertj.core.api.Assertions.assertThatIllegalStateException()
                .isThrownBy(() -> answer.accept(new Login.Refused(300, "no"))));
  }

  // --- a second HELLO (D4) -----------------------------------------------------------------------

  @Test
  void aSecondHelloIsLookedAtAgain() {
    TestPeer peer = t.client("desk", "good");
    peer.set("/a", 1).set("/b/c", 1);
    String before = peer.session();
    peer.received();
    List<Message> again = peer.send(TestPeer.helloOf("desk", "other")).received();
    assertThat(again).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(peer.session()).isNotEqualTo(before);
    assertThat(((Snapshot) again.get(1)).parameters())
        .extracting(Message.Parameter::address)
        .containsExactly("/b/c");
    peer.set("/a", 2);
    assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(301);
    assertThat(t.router.sessions()).hasSize(1);
  }

  @Test
  void aSecondHelloThatIsRefusedEndsTheConnection() {
    TestPeer peer = t.client("desk", "good").subscribe(1, "/**");
    TestPeer writer = t.client("writer", "good");
    peer.received();
    peer.send(TestPeer.helloOf("desk", "bad"));
    assertRefused(peer, 300, "Invalid token");
    writer.set("/a", 1);
    assertThat(peer.received()).isEmpty();
    assertThat(t.router.sessions()).hasSize(1);
    assertThat(t.router.subscriptionCount()).isZero();
  }

  @Test
  void aSecondHelloThatNobodyAnswersEndsTheConnectionToo() {
    TestPeer peer = t.client("desk", "good");
    tokens.answerLater();
    peer.send(TestPeer.helloOf("desk", "good")).set("/a", 1);
    t.passMillis(10_000);
    assertThat(TestRouter.onlyError(peer.received()).code()).isEqualTo(501);
    assertThat(peer.closed().map(CloseReason::code)).hasValue(1008);
    assertThat(t.router.parameterCount()).isZero();
  }

  @Test
  void aHelloBehindAHelloIsLookedAtInItsTurn() {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("one", "good"));
    peer.set("/a", 1).send(TestPeer.helloOf("two", "other")).set("/a", 2);
    tokens.answer();
    assertThat(peer.received()).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class, Ack.class);
    tokens.answer();
    List<Message> received = peer.received();
    assertThat(received.subList(0, 2)).hasExactlyElementsOfTypes(Welcome.class, Snapshot.class);
    assertThat(TestRouter.errorCodes(received)).containsExactly(301);
  }

  // --- the log -----------------------------------------------------------------------------------

  @Test
  void theLogSaysWhoCameInAndNeverTheToken() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.clasp.router");
    Level before = logger.getLevel();
    logger.setLevel(Level.DEBUG);
    logger.addAppender(log);
    try {
      t =
          new TestRouter(
              c -> c,
              new FakeAuthenticator()
                  .admit(
                      "s3cret-1",
                      new Identity(
                          "ab12cd34",
                          Optional.of("foh\u001b[31m"),
                          FakeAuthenticator.identity("x", "read:/**").scopes(),
                          List.of(),
                          java.util.OptionalLong.empty(),
                          java.util.Map.of())));
      t.client("desk\r\nINFO forged", "s3cret-1");
      t.client("bad\u001b]0;title\u0007", "s3cret-2");
    } finally {
      logger.detachAppender(log);
      logger.setLevel(before);
    }
    List<String> lines = new ArrayList<>();
    log.list.forEach(event -> lines.add(event.getFormattedMessage()));
    assertThat(lines).anyMatch(l -> l.contains("begins with token ab12cd34 of foh?[31m"));
    assertThat(lines).anyMatch(l -> l.contains("(desk??INFO forged, test)"));
    assertThat(lines).anyMatch(l -> l.contains("is refused: 300 Invalid token"));
    assertThat(lines)
        .noneMatch(l -> l.contains("s3cret") || l.chars().anyMatch(Character::isISOControl));
  }

  @Test
  void namesAreCutInTheLog() {
    assertThat(LogText.of("a".repeat(100))).isEqualTo("a".repeat(80) + "…");
    assertThat(LogText.of("Pult \u202e🎛\ud800\u2028")).isEqualTo("Pult ?🎛??");
  }

  @Test
  void anAdmittedSessionIsNotClosedByTheDeadline() {
    tokens.answerLater();
    TestPeer peer = t.connection().send(TestPeer.helloOf("desk", "good"));
    t.passMillis(9_000);
    tokens.answer();
    t.time.pass(Duration.ofSeconds(30));
    assertThat(peer.closed()).isEmpty();
  }
}
