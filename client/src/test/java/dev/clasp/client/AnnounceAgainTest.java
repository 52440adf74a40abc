package dev.clasp.client;

import static dev.clasp.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A router forgets what a session has announced; the client does not. */
class AnnounceAgainTest {

  private final Rig rig = Rig.connected();
  private final ClaspClient client = rig.client();

  private static SignalDefinition signal(String address) {
    return new SignalDefinition(
        address, SignalType.PARAM, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Message announce(String namespace, String... addresses) {
    return new Message.Announce(
        namespace, List.of(addresses).stream().map(AnnounceAgainTest::signal).toList(), Map.of());
  }

  private static Message ack(String namespace) {
    return Rig.announceAck(namespace);
  }

  private void reconnect() {
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(4));
    rig.welcome();
  }

  @Test
  void announcesAgainAfterEachReconnect() {
    var done = client.announce("/desk", List.of(signal("/desk/1")));
    rig.sent();
    rig.link().says(ack("/desk"));
    assertThat(done).isCompleted();

    for (int i = 0; i < 3; i++) {
      reconnect();
      assertThat(rig.sent()).startsWith(announce("/desk", "/desk/1"));
      rig.link().says(ack("/desk"), new Message.Pong());
    }
    assertThat(client.statistics().unmatchedAcks()).isZero();
    assertThat(client.statistics().unanswered()).isZero();
  }

  @Test
  void piecesOfANamespaceAddUpAndANewerOneTakesThePlaceOfWhatItNames() {
    client.announce("/desk", List.of(signal("/desk/1")));
    client.announce("/desk", List.of(signal("/desk/2")));
    client.announce("/desk", List.of(signal("/desk/1"), signal("/desk/3")));
    rig.sent();
    rig.link().says(ack("/desk"), ack("/desk"), ack("/desk"));
    reconnect();
    assertThat(rig.sent())
        .startsWith(announce("/desk", "/desk/2"), announce("/desk", "/desk/1", "/desk/3"));
  }

  @Test
  void oneWithoutAnswerIsSentAgainOnceAndConfirmedThen() {
    var done = client.announce("/desk", List.of(signal("/desk/1")));
    rig.sent();
    reconnect();
    assertThat(rig.sent()).containsExactly(announce("/desk", "/desk/1"));
    assertThat(done).isNotDone();
    rig.link().says(ack("/desk"));
    assertThat(done).isCompleted();
  }

  @Test
  void oneThatIsMadeWhileDisconnectedWaits() {
    rig.link().breaks("cable");
    var done = client.announce("/desk", List.of(signal("/desk/1")));
    rig.reactor.pass(Duration.ofSeconds(4));
    rig.welcome();
    assertThat(rig.sent()).containsExactly(announce("/desk", "/desk/1"));
    rig.link().says(ack("/desk"));
    assertThat(done).isCompleted();
  }

  @Test
  void whatTheRouterRefusesIsNotRepeated() {
    var refused = client.announce("/desk", List.of(signal("/desk/1")));
    rig.sent();
    rig.link().says(Rig.error(301, "not yours", "/desk/1"));
    assertThat(failure(refused).kind()).isEqualTo(Kind.REJECTED);
    reconnect();
    assertThat(rig.sent()).isEmpty();
  }

  @Test
  void withoutAnOfflineBufferWhatHasNoAnswerFailsAndIsNotRepeated() {
    Rig strict = new Rig();
    strict.offline = OfflinePolicy.FAIL;
    strict.connect();
    var taken = strict.client().announce("/a", List.of(signal("/a/1")));
    strict.sent();
    strict.link().says(ack("/a"));
    assertThat(taken).isCompleted();
    var lost = strict.client().announce("/b", List.of(signal("/b/1")));
    strict.sent();
    strict.link().breaks("cable");
    assertThat(failure(lost).kind()).isEqualTo(Kind.CLOSED);
    strict.reactor.pass(Duration.ofSeconds(4));
    strict.welcome();
    assertThat(strict.sent())
        .startsWith(announce("/a", "/a/1"))
        .doesNotContain(announce("/b", "/b/1"));
  }

  @Test
  void theBookIsBounded() {
    for (int i = 0; i < 2000; i++) {
      client.announce("/n/" + i, List.of(), Map.of("i", Value.of(i)));
    }
    rig.sent();
    for (int i = 0; i < 2000; i++) {
      rig.link().says(ack("/n/" + i));
    }
    reconnect();
    assertThat(rig.sent().stream().filter(Message.Announce.class::isInstance)).hasSize(1024);
  }
}
