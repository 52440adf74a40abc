package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.adapterosc.OscAdapter;
import dev.clasp.adapterosc.OscAdapterConfig;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs that speak OSC ({@code oscsend} and {@code oscdump} of liblo) as sessions of the router,
 * and the published JavaScript client at the other end.
 */
class OscProgramsTest {

  @RegisterExtension static final Stage STAGE = new Stage();

  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<String> dumped = new LinkedBlockingQueue<>();
  private int dumpPort;
  private URI url = URI.create("ws://127.0.0.1");
  private int port;

  @BeforeEach
  void start() {
    dumpPort = FreePort.find();
    AtomicReference<@Nullable Companion> made = new AtomicReference<>();
    OscAdapterConfig config = OscAdapterConfig.DEFAULT.withUdpPort(0).withReplyPort(dumpPort);
    ClaspServer server =
        ClaspServer.start(
            ServerConfig.DEFAULT
                .withPort(0)
                .withCompanions(
                    List.of(s -> {
                      Companion companion = OscAdapter.factory(config).create(s);
                      made.set(companion);
                      return companion;
                    })));
    open.add(server);
    if (made.get() instanceof OscAdapter adapter) {
      port = adapter.udpAddress().orElseThrow().getPort();
    }
    url = URI.create("ws://127.0.0.1:" + server.address().getPort() + "/clasp");
    Program dump =
        Program.start(
            "oscdump",
            List.of("oscdump", "-L", String.valueOf(dumpPort)),
            // The time comes first.
            line -> dumped.add(line.substring(line.indexOf(' ') + 1)),
            () -> {});
    // It does not look at its input.
    open.add(dump::crash);
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private void oscsend(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("oscsend", "127.0.0.1", String.valueOf(port)));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new AssertionError(
          "oscsend is not installed: run ./verify, which installs liblo-tools", e);
    }
    assertThat(process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /** Skips what is repeated until the program listens. */
  private String dumped(String beginning) throws Exception {
    for (String line = next(); ; line = next()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
  }

  private String next() throws Exception {
    String line = dumped.poll(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("oscdump printed nothing in time");
    }
    return line;
  }

  /** Programs of liblo do not say when they listen. */
  private void untilOscdumpListens() throws Exception {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (dumped.isEmpty() && System.nanoTime() < end) {
      oscsend("/clasp/ping");
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(dumped("/clasp/pong")).isNotEmpty();
  }

  @Test
  void aFaderMovesADashboardAndTheDashboardADisplay() throws Exception {
    untilOscdumpListens();
    PeerClient dashboard = STAGE.connect(STAGE.node(), "dashboard", url, Map.of());
    Watch faders = dashboard.subscribe("/osc/**");

    oscsend("/1/fader1", "f", "0.75");
    faders.await("/osc/1/fader1", 0.75);
    oscsend("/label", "s", "verse");
    faders.await("/osc/label", "verse");

    oscsend("/clasp/subscribe", "s", "/display/*");
    oscsend("/clasp/ping");
    dumped("/clasp/pong");
    dashboard.set("/osc/display/level", 0.5);
    assertThat(dumped("/display")).isEqualTo("/display/level f 0.500000");
  }

  @Test
  void whoAsksGetsAnswersOnTheReplyPort() throws Exception {
    untilOscdumpListens();
    PeerClient desk = STAGE.connect(STAGE.node(), "desk", url, Map.of());
    // All numbers of JavaScript are floats.
    desk.set("/osc/level", 7);
    desk.fence();

    oscsend("/clasp/get", "s", "/level");
    assertThat(dumped("/level")).isEqualTo("/level f 7.000000");
    oscsend("/clasp/list", "s", "/**");
    assertThat(dumped("/clasp/address")).isEqualTo("/clasp/address s \"/level\"");
    oscsend("/clasp/subscribe", "s", "/**");
    assertThat(dumped("/level")).isEqualTo("/level f 7.000000");
    desk.set("/osc/level", 8);
    assertThat(dumped("/level")).isEqualTo("/level f 8.000000");
    oscsend("/clasp/get", "s", "/nothing");
    assertThat(dumped("/clasp/error")).contains("404");
  }
}
