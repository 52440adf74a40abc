package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.client.Ack;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.protocol.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server goes away and comes back: the published client reconnects by itself. */
@RealProgram
class ReconnectTest {

  @RegisterExtension
  static final Stage stage =
      Stage.forRestarts("--persist", folder(), "--persist-interval", "200ms");

  private static String folder() {
    try {
      return Files.createTempDirectory(Installation.output(""), "state").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ten attempts, the last after almost a minute. */
  private static final Map<String, Object> RECONNECTING =
      Map.of("reconnect", true, "reconnectInterval", 500);

  private static final int VIEWERS = 20;

  private static List<String> names(PeerClient client) {
    return client.events().all().stream().map(event -> event.get("notice").asText()).toList();
  }

  private static JsonNode awaitSecondConnection(PeerClient client) {
    return client
        .events()
        .awaitAnswer(
            "second connection",
            Patience.START,
            events ->
                events.stream()
                    .filter(event -> event.get("notice").asText().equals("connected"))
                    .skip(1)
                    .findFirst());
  }

  @Test
  void clientsFindARestartedServerAndSubscribeAgain() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    PeerClient viewer = stage.connect(stage.otherNode(), "viewer", RECONNECTING);
    Watch faders = viewer.subscribe("/mixer/*");
    Watch all = viewer.subscribe("/mixer/**");
    desk.set("/mixer/1", 0.5);
    faders.await("/mixer/1", 0.5);
    String before = viewer.session();

    stage.restartServer();

    awaitSecondConnection(desk);
    awaitSecondConnection(viewer);
    assertThat(names(viewer))
        .startsWith("connected", "disconnected", "reconnecting")
        .endsWith("connected")
        .filteredOn("connected"::equals)
        .hasSize(2);
    assertThat(viewer.awaitEvent("disconnected").get("reason").asText())
        .isEqualTo("server is stopping");
    assertThat(viewer.fence().session()).isNotEqualTo(before);
    faders.forget();
    all.forget();
    desk.set("/mixer/2", 0.25);
    faders.await("/mixer/2", 0.25);
    all.await("/mixer/2", 0.25);
    assertThat(faders.all()).hasSize(1);
    assertThat(all.all()).hasSize(1);
  }

  /** Operations.md 14, item 10: with many clients and a writer that does not pause. */
  @Test
  void aStopUnderLoadLosesNoAcknowledgedWriteAndEveryClientComesBack() throws Exception {
    List<PeerClient> viewers = new ArrayList<>();
    List<Watch> watches = new ArrayList<>();
    for (int i = 0; i < VIEWERS; i++) {
      Peer process = i % 2 == 0 ? stage.node() : stage.otherNode();
      PeerClient viewer = stage.connect(process, "viewer", RECONNECTING);
      viewers.add(viewer);
      watches.add(viewer.subscribe("/load/*"));
    }
    AtomicLong acknowledged = new AtomicLong();
    ClaspClient writer = stage.java("writer", builder -> builder.reconnect(false));
    Thread writing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (long i = 1; ; i++) {
                  writer.blocking().set("/load/counter", i);
                  acknowledged.set(i);
                }
              } catch (ClaspException e) {
                // The server has gone.
              }
            });
    while (acknowledged.get() < 500 && writing.isAlive()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(writing.isAlive()).isTrue();

    stage.server().signal("TERM");
    assertThat(stage.server().awaitEnd()).isZero();
    assertThat(writing.join(Patience.LIMIT)).isTrue();
    stage.restartServer();

    for (PeerClient viewer : viewers) {
      awaitSecondConnection(viewer);
      assertThat(viewer.awaitEvent("disconnected").get("reason").asText())
          .isEqualTo("server is stopping");
      assertThat(viewer.fence().get("/load/counter").asLong())
          .isGreaterThanOrEqualTo(acknowledged.get());
    }
    viewers.getFirst().set("/load/after", 1);
    for (Watch watch : watches) {
      watch.await("/load/after", 1);
    }
  }

  @Test
  void aServerThatWasKilledIsFoundAgainToo() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    Watch own = desk.subscribe("/killed/*");

    stage.server().kill();
    desk.awaitEvent("disconnected");
    stage.restartServer();

    awaitSecondConnection(desk);
    desk.fence();
    desk.set("/killed/x", 1);
    own.await("/killed/x", 1);
  }

  @Test
  void aClientThatClosedStaysAway() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    desk.close();
    desk.awaitEvent("disconnected");

    PeerClient other = stage.connect(stage.otherNode(), "other", RECONNECTING);
    stage.restartServer();

    awaitSecondConnection(other);
    assertThat(names(desk)).containsExactly("connected", "disconnected");
  }

  @Test
  void aClientThatComesBeforeTheServerIsToldAndConnectsLater() {
    PeerClient early = stage.client(stage.node(), "early");
    stage.server().kill();

    assertThatThrownBy(() -> early.connect(stage.url(), RECONNECTING))
        .isInstanceOf(PeerException.class);
    stage.restartServer();

    early
        .events()
        .awaitAnswer(
            "connection",
            Patience.START,
            events ->
                events.stream()
                    .filter(event -> event.get("notice").asText().equals("connected"))
                    .findFirst());
    assertThat(early.fence().call("connected").booleanValue()).isTrue();
  }

  @Test
  void theJavaClientComesBackWithItsSubscriptionsAndWithWhatItWroteMeanwhile() {
    Received<ClientEvent> events = new Received<>("java");
    ClaspClient java =
        stage.java(
            // What is written meanwhile waits until a server has started.
            "java", builder -> builder.requestTimeout(Patience.START).listener(events::add));
    Received<Signal> onJava = new Received<>("java");
    java.subscribe("/java/from-js/*", SubscribeOptions.DEFAULT.withMaxRate(1000), onJava::add);
    PeerClient js = stage.connect(stage.node(), "js", RECONNECTING);
    Watch onJs = js.subscribe("/java/from-java/*");

    stage.server().kill();
    js.awaitEvent("disconnected");
    events.awaitFirst("end of the connection", ClientEvent.Disconnected.class::isInstance);
    CompletableFuture<Ack> older = java.set("/java/from-java/x", 1);
    CompletableFuture<Ack> newest = java.set("/java/from-java/x", 2);
    stage.restartServer();

    awaitSecondConnection(js);
    onJs.await("/java/from-java/x", 2);
    assertThat(older.join()).isEqualTo(newest.join());
    // Perhaps twice: its client reports what two snapshots bring.
    assertThat(onJs.values()).as("only the newest").containsOnly(Json.of(2));
    js.fence().set("/java/from-js/y", 3);
    onJava.awaitFirst("value from js", signal -> signal.address().equals("/java/from-js/y"));
    assertThat(events.all())
        .filteredOn(ClientEvent.Connected.class::isInstance)
        .extracting(event -> ((ClientEvent.Connected) event).resumed())
        .containsExactly(false, true);
  }

  @Test
  void theOrderlyEndIsToldWithItsCode() {
    RawClient raw = stage.raw("raw");

    stage.restartServer();

    assertThat(raw.awaitClose().code()).isEqualTo(1001);
    assertThat(raw.awaitClose().text()).isEqualTo("server is stopping");
    raw.close();
    assertThat(stage.raw("again").messages()).isEmpty();
  }

  @Test
  void theStateOutlivesARestart() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    desk.set("/persistent/x", 1);
    desk.set("/persistent/x", 2);
    desk.fence();
    Message.Parameter before = stored("/persistent/x");

    stage.restartServer();

    awaitSecondConnection(desk);
    assertThat(stored("/persistent/x")).isEqualTo(before);
    desk.subscribe("/persistent/*").await("/persistent/x", 2);
  }

  @Test
  void theStateOutlivesAServerThatWasKilled() {
    PeerClient desk = stage.connect(stage.node(), "desk", RECONNECTING);
    desk.set("/persistent/y", "kept");
    desk.fence();
    Message.Parameter before = stored("/persistent/y");
    StatusPage.awaitWritten(stage.server(), before.timestampMicros().orElseThrow());

    stage.server().kill();
    desk.awaitEvent("disconnected");
    stage.restartServer();

    awaitSecondConnection(desk);
    assertThat(stored("/persistent/y")).isEqualTo(before);
    // What was seen before the end is never seen again for something else.
    desk.fence().set("/persistent/y", "newer");
    desk.fence();
    assertThat(stored("/persistent/y").revision()).isGreaterThan(before.revision() + 1);
  }

  /** What a client gets that does not know anything yet. */
  private static Message.Parameter stored(String address) {
    RawClient raw = stage.raw("raw");
    raw.send(new Message.Get(address));
    return raw.await(
        "the value",
        message ->
            message instanceof Message.Snapshot snapshot
                ? snapshot.parameters().stream()
                    .filter(p -> p.address().equals(address))
                    .findFirst()
                : Optional.empty());
  }
}
