package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** sACN bridges of a router and the Open Lighting Architecture, on two machines at a switch. */
@RealProgram
class SacnOlaTest {

  @TempDir private Path folder;

  private final LanNetworks networks = LanNetworks.create();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(networks));
  private Program server;
  private Olad ola;

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @BeforeEach
  void begin() {
    ola =
        Olad.start(
            networks::inSecond,
            folder,
            "e131",
            List.of(
                "ip = " + LanNetworks.SECOND_IP,
                "input_ports = 4",
                "output_ports = 4",
                "prepend_hostname = false"));
    open.add(ola);
    ola.patchIn(0, 1);
    ola.patchOut(0, 2);
    List<String> command =
        Installation.clasp("server", List.of("--host", "127.0.0.1", "--no-mdns"));
    server = Program.start("server", networks.inFirst(command), _ -> {}, () -> {});
    open.add(server::stop);
    Pause.until(server::transcript, () -> server.printed().contains("router ready"));
  }

  private String clasp(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--answer-timeout", "30s"));
    return Outcome.of(networks.inFirst(Installation.clasp(command, all))).text();
  }

  private void add(String name, String namespace, String... settings) {
    List<String> all = new ArrayList<>(List.of("add", name, "sacn", "--namespace", namespace));
    for (String setting : settings) {
      all.add("-o");
      all.add(setting);
    }
    String said = clasp("bridge", all.toArray(new String[0]));
    Pause.until(() -> said + server.transcript(), () -> clasp("bridge", "list").contains(name));
  }

  private void shows(String address, String value) {
    Pause.until(
        () -> clasp("get", address) + clasp("bridge", "list") + ola.transcript(),
        () -> clasp("get", address).strip().endsWith(value));
  }

  @Test
  void olaSeesOursSlotForSlotAndWeSeeIts() {
    add("out", "/out", "mode=sender", "universes=1");
    add("in", "/in", "universes=2");
    String levels =
        IntStream.range(0, 512)
            .mapToObj(slot -> "" + (slot * 7 + 1) % 256)
            .collect(Collectors.joining(","));
    clasp("set", "/out/1", "[" + levels + "]");
    Pause.until(ola::transcript, () -> ola.levels(1).equals(levels));

    ola.set(2, "9,0,255");
    shows("/in/2/3", "255");
    assertThat(clasp("get", "/in/2/1")).contains("9");
    assertThat(clasp("get", "/in/2/2")).contains("0");
    assertThat(clasp("bridge", "show", "in")).contains("OLA");
    // Nothing that we sent was no good.
    assertThat(ola.printed()).doesNotContain("non-0 start code").doesNotContain("mismatch");
    clasp("bridge", "disable", "out");
    Pause.until(ola::transcript, () -> ola.printed().contains("sent a termination for universe 1"));
  }

  @Test
  void theHigherConsoleIsShownUntilItIsLostAndWhenItReturns() {
    add("main", "/main", "mode=sender", "universes=2", "priority=150");
    add("in", "/in", "universes=2");
    open.add(ola.keepsSetting(2, "11"));
    shows("/in/2/1", "11");
    clasp("set", "/main/2/1", "22");
    shows("/in/2/1", "22");
    clasp("bridge", "disable", "main");
    shows("/in/2/1", "11");
    clasp("bridge", "enable", "main");
    shows("/in/2/1", "22");

    ola.crash();
    Pause.until(
        () -> clasp("bridge", "show", "in"),
        () -> clasp("bridge", "show", "in").contains("counts as lost"));
    assertThat(clasp("get", "/in/2/1")).contains("22");
  }
}
