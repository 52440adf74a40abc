package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code clasp oscquery} between two machines: found by mDNS, and only if it wants to be. */
@RealProgram
class OscQueryLanTest {

  private static final String HERE = "ws://127.0.0.1:7330";

  private final LanNetworks networks = LanNetworks.create();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(networks));

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /** Waits until it has said that it is ready, on either output. */
  private void start(
      UnaryOperator<List<String>> place, String ready, String command, String... options) {
    Program program =
        Program.start(
            command, place.apply(Installation.clasp(command, List.of(options))), _ -> {}, () -> {});
    open.add(program::stop);
    Pause.until(program::transcript, () -> program.printed().contains(ready));
  }

  private Outcome discover() {
    return Outcome.of(
        networks.inSecond(Installation.clasp("oscquery", List.of("discover", "--timeout", "4s"))));
  }

  private void serve(String... more) {
    start(networks::inFirst, "router ready", "server", "--host", "127.0.0.1", "--no-mdns");
    List<String> options = new ArrayList<>(List.of("serve", "--title", "Show", "--server", HERE));
    options.addAll(List.of(more));
    start(networks::inFirst, "OSCQuery at", "oscquery", options.toArray(String[]::new));
  }

  @Test
  void aServerOfTheNetworkIsFound() {
    serve("--bind", "0.0.0.0");
    Outcome found = discover();
    // On a busy machine the four seconds are over before it has looked.
    for (int tries = 1; found.status() != 0 && tries < 5; tries++) {
      found = discover();
    }
    assertThat(found.text()).contains("http://" + LanNetworks.FIRST_IP + ":7770  Show");
    assertThat(found.status()).isZero();
  }

  @Test
  void aServerThatDoesNotWantToBeFoundIsNot() {
    serve("--bind", "0.0.0.0", "--no-mdns");
    assertThat(discover().status()).isEqualTo(69);
  }

  @Test
  void aServerOfItsMachineAloneIsNotFound() {
    serve();
    assertThat(discover().status()).isEqualTo(69);
  }
}
