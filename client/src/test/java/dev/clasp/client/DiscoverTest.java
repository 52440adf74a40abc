package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.DiscoveryConfig;
import dev.clasp.discovery.Registration;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousConfig;
import dev.clasp.discovery.RendezvousServer;
import dev.clasp.transport.ConnectionLimits;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.PageServer;
import dev.clasp.transport.TrustedProxies;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finding routers from a program; only a rendezvous server of this process is asked. */
@Timeout(120)
class DiscoverTest {

  private static final DiscoveryConfig NOT_HERE =
      DiscoveryConfig.DEFAULT.withMechanisms(false, false);

  @Test
  void routersAreFoundWithTheirUrls() throws Exception {
    EventLoops loops = EventLoops.create("rendezvous", 1);
    try (RendezvousServer rendezvous = RendezvousServer.create(RendezvousConfig.DEFAULT);
        PageServer pages =
            new PageServer(
                "127.0.0.1",
                0,
                loops,
                ConnectionLimits.DEFAULT,
                TrustedProxies.NONE,
                Optional.empty(),
                rendezvous)) {
      pages.start();
      String url = "http://127.0.0.1:" + pages.address().getPort();
      try (RendezvousClient client = new RendezvousClient(url, Optional.empty())) {
        client.register(
            new Registration(
                "Main stage",
                Map.of("ws", "ws://192.0.2.1:7330"),
                Optional.empty(),
                List.of(),
                List.of(),
                Map.of()));
      }

      List<Device> found =
          ClaspClient.discover(NOT_HERE.withRendezvous(url, Optional.empty(), Optional.empty()))
              .get(60, TimeUnit.SECONDS);

      assertThat(found)
          .singleElement()
          .satisfies(device -> assertThat(device.url()).contains("ws://192.0.2.1:7330"));
    } finally {
      loops.close();
    }
  }

  @Test
  void nobodyIsAnEmptyList() throws Exception {
    assertThat(ClaspClient.discover(NOT_HERE).get(60, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void aWrongUrlIsTheCallersMistake() {
    assertThatThrownBy(() ->
            ClaspClient.discover(
                NOT_HERE.withRendezvous("nonsense", Optional.empty(), Optional.empty())))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
  }
}
