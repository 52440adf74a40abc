package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Value;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client over plain TCP. */
@Timeout(120)
class TcpTest {

  private static final long LIMIT_SECONDS = 30;

  private final ScriptedRouter router = ScriptedRouter.start();

  @AfterEach
  void stop() {
    router.close();
  }

  private ClaspClient.Builder builder() {
    return ClaspClient.builder(URI.create("tcp://127.0.0.1:" + router.uri().getPort()).toString());
  }

  @Test
  void writesReadsAndSubscribes() throws Exception {
    BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    try (ClaspClient client = builder().connectBlocking()) {
      client.subscribe("/a/**", signals::add);
      client.blocking().set("/a/b", 21.5);

      assertThat(client.blocking().get("/a/b"))
          .hasValueSatisfying(found -> assertThat(found.value()).isEqualTo(Value.of(21.5)));
      Signal signal = signals.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(signal).isNotNull();
      assertThat(router.links().getFirst().transport()).isEqualTo("tcp");
    }
  }

  @Test
  void findsTheRouterAgain() throws Exception {
    BlockingQueue<ClientEvent> events = new LinkedBlockingQueue<>();
    try (ClaspClient client = builder().listener(events::add).connectBlocking()) {
      router.links().getFirst().close(new CloseReason(CloseReason.GOING_AWAY, "again"));
      boolean lost = false;
      for (boolean back = false; !back; ) {
        ClientEvent event = events.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(event).as("comes back").isNotNull();
        lost |= event instanceof ClientEvent.Disconnected;
        back = lost && event instanceof ClientEvent.Connected;
      }
      client.blocking().set("/a", 1);
    }
  }

  /** The router would end the connection (transports.md 1.5). */
  @Test
  void whatIsTooLongForTcpIsRefusedHere() throws Exception {
    try (ClaspClient client = builder().connectBlocking()) {
      // Type, flags, length of the address, the address, length of the value.
      int most = 65_532 - 2 - 2 - "/a".length() - 2;
      // With its revision, it comes back eight bytes longer.
      client.blocking().set("/a", Value.of(new byte[most - 8]));
      assertThatThrownBy(() -> client.blocking().set("/a", Value.of(new byte[most + 1])))
          .isInstanceOf(ClaspException.class)
          .hasMessageContaining("a message of 65537 bytes is too long: over TCP");
      client.blocking().set("/a", 1);
    }
  }
}
