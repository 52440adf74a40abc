package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.Value;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.Scopes;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.transport.LocalDoor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients in the process of the server. */
@Timeout(120)
class LocalDoorTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Queue<AuditEvent> audit = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private ClaspServer server(boolean tokens) {
    ServerConfig config = ServerConfig.DEFAULT.withPort(0).withLoops(2).withAudit(audit::add);
    return keep(
        ClaspServer.start(
            tokens
                ? config.withAuthenticator(new FakeAuthenticator().admit("outside", "admin:/**"))
                : config));
  }

  private ClaspClient client(LocalDoor door) {
    return keep(
        ClaspClient.builder(door).connectTimeout(LIMIT).requestTimeout(LIMIT).connectBlocking());
  }

  @Test
  void aClientIsASessionLikeAnyOtherWithoutASocket() throws Exception {
    ClaspServer server = server(false);
    ClaspClient local = client(server.localDoor("bridge:desk"));
    ClaspClient other =
        keep(ClaspClient.builder(server.url()).connectTimeout(LIMIT).connectBlocking());
    LinkedBlockingQueue<Value> seen = new LinkedBlockingQueue<>();
    other
        .subscribe("/a/**", signal -> seen.add(((dev.clasp.client.Signal.Change) signal).value()))
        .active()
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);

    assertThat(local.blocking().set("/a/b", Value.of(5)).revision()).hasValue(1);
    assertThat(seen.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Value.of(5));
    assertThat(audit)
        .anySatisfy(event -> assertThat(event.toString()).contains("local, name bridge:desk"));
  }

  @Test
  void whereTokensAreWantedItComesInWithoutOneAndIsNoAdministrator() {
    ClaspServer server = server(true);
    ClaspClient local = client(server.localDoor("bridge:desk"));
    local.blocking().set("/a/b", Value.of(5));
    assertThat(local.blocking().get("/a/b"))
        .hasValueSatisfying(parameter -> assertThat(parameter.value()).isEqualTo(Value.of(5)));
    assertThat(audit).anySatisfy(event -> assertThat(event.subject()).hasValue("bridge:desk"));

    ClaspClient narrow =
        client(server.localDoor("bridge:narrow", Scopes.parseList("write:/narrow/**")));
    narrow.blocking().set("/narrow/x", Value.of(1));
    assertThatThrownBy(() -> narrow.blocking().set("/a/b", Value.of(1)))
        .isInstanceOf(ClaspException.class);
  }

  @Test
  void aPassIsUselessAtTheFrontDoor() {
    ClaspServer server = server(true);
    String pass = server.localDoor("bridge:desk").pass();
    assertThatThrownBy(() ->
            ClaspClient.builder(server.url()).token(pass).connectTimeout(LIMIT).connectBlocking())
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(ClaspException.Kind.REFUSED));
  }

  @Test
  void aStoppingServerSaysGoodbyeAndLetsNobodyIn() throws Exception {
    ClaspServer server = server(false);
    LocalDoor door = server.localDoor("bridge:desk");
    LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    ClaspClient local =
        keep(
            ClaspClient.builder(door)
                .reconnect(false)
                .listener(event -> events.add(event.toString()))
                .connectBlocking());
    server.close();
    String seen = "";
    while (!seen.startsWith("Disconnected")) {
      seen = String.valueOf(events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }
    assertThat(seen).contains("1001").contains("server is stopping");
    assertThatThrownBy(() -> ClaspClient.builder(door).connectBlocking())
        .isInstanceOf(ClaspException.class)
        .hasMessageContaining("stopping");
    local.close();
  }
}
