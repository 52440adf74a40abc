package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An OSC bridge whose network goes away and comes back, between two machines. */
@RealProgram
class OscUnplugTest {

  private static final String PORT = "9100";

  private final LanNetworks networks = LanNetworks.create();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(networks));

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private Program start(UnaryOperator<List<String>> place, List<String> command) {
    Program program =
        Program.start(String.join(" ", command), place.apply(command), _ -> {}, () -> {});
    open.add(program::stop);
    return program;
  }

  private String clasp(String... arguments) {
    List<String> rest = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    rest.addAll(List.of("--answer-timeout", "30s"));
    return Outcome.of(networks.inFirst(Installation.clasp(arguments[0], rest))).text();
  }

  private static int dumped(Program dump, String what) {
    return (int) dump.printed().lines().filter(line -> line.contains(what)).count();
  }

  /** UDP promises nothing: sets and looks until the value is there. */
  private void arrives(Program dump, String value) {
    do {
      clasp("set", "/osc/x", value);
    } while (dumped(dump, "/x i " + value) == 0);
  }

  @Test
  void anInterfaceThatGoesDownHurtsNobodyAndItsReturnIsNoticed() {
    Program server =
        start(
            networks::inFirst,
            Installation.clasp("server", List.of("--host", "127.0.0.1", "--no-mdns")));
    Pause.until(server::transcript, () -> server.printed().contains("router ready"));
    Program dump = start(networks::inSecond, List.of("stdbuf", "-oL", "oscdump", "-L", PORT));
    clasp("bridge", "add", "desk", "osc", "-o", "targets=" + LanNetworks.SECOND_IP + ":" + PORT);
    arrives(dump, "1");

    networks.onFirst("link", "set", "v0", "down");
    clasp("set", "/osc/x", "2");
    Pause.until(server::transcript, () -> clasp("bridge", "show", "desk").contains("last_error"));
    // The router and other clients go on.
    assertThat(clasp("get", "/osc/x")).contains("2");
    assertThat(dumped(dump, "/x i 2")).isZero();

    networks.onFirst("link", "set", "v0", "up");
    arrives(dump, "3");
    assertThat(clasp("bridge", "list")).contains("running");
  }
}
