package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Bridges of the real server, with liblo's programs and {@code clasp bridge}. */
@RealProgram
class ServerBridgesTest {

  @RegisterExtension static final Stage stage = new Stage();

  @TempDir private Path folder;

  private static ServerProcess server(Path file) {
    return ServerProcess.startIn(ServerProcess::withHangup, "--config", file.toString());
  }

  private static String run(List<String> command) {
    Program program = Program.start(String.join(" ", command), command, _ -> {}, () -> {});
    int status = program.awaitExit();
    assertThat(status).as(program.transcript()).isZero();
    return program.printed();
  }

  private static String clasp(ServerProcess server, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", server.url().toString(), "--answer-timeout", "30s"));
    return run(Installation.clasp("bridge", all));
  }

  private static void oscsend(int port, String... message) {
    List<String> command = new ArrayList<>(List.of("oscsend", "127.0.0.1", "" + port));
    command.addAll(List.of(message));
    run(command);
  }

  private static ClaspClient client(ServerProcess server) {
    return ClaspClient.builder(server.url().toString())
        .connectTimeout(Patience.START)
        .requestTimeout(Patience.LIMIT)
        .connectBlocking();
  }

  private static void awaitRunning(ServerProcess server) {
    Pause.until(server::transcript, () -> clasp(server, "list").contains("running"));
  }

  private static Value await(ClaspClient client, String address, Runnable again) {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    for (; ; ) {
      // By UDP, and to a socket that may just be opened anew.
      again.run();
      Optional<Parameter> found = client.blocking().get(address);
      if (found.isPresent()) {
        return found.get().value();
      }
      assertThat(System.nanoTime()).as(address + " is " + found).isLessThan(end);
    }
  }

  private static boolean heard(Received<String> dumped, String part) {
    return dumped.all().stream().anyMatch(line -> line.contains(part));
  }

  @Test
  void aFaderGoesInAndOutByTheRulesOfTheConfiguration() throws Exception {
    int in = FreePort.find();
    int out = FreePort.find();
    Path file = folder.resolve("clasp.yaml");
    Files.writeString(
        file,
        """
        bridges:
          - name: desk
            protocol: osc
            settings: {bind: "127.0.0.1:%d", targets: ["127.0.0.1:%d"]}
            mapping:
              - {from: "/1/fader{n}", to: "/lights/{n}/level", direction: both, transform: {type: scale, from_min: 0, from_max: 1, to_min: 0, to_max: 255}}
        """
            .formatted(in, out));
    Received<String> dumped = new Received<>("oscdump");
    try (ServerProcess server = server(file);
        Program dump =
            Program.start(
                "oscdump",
                List.of("stdbuf", "-oL", "oscdump", "-L", "" + out),
                dumped::add,
                () -> dumped.end("it ended"));
        ClaspClient client = client(server)) {
      server.awaitLog("bridge desk is running");
      assertThat(await(client, "/lights/3/level", () -> oscsend(in, "/1/fader3", "f", "0.5")))
          .isEqualTo(Value.of(127.5));
      // oscdump may need a moment until it listens, and a newer value may take the place of an
      // older one: both are sent until both have come.
      long end = System.nanoTime() + Patience.LIMIT.toNanos();
      do {
        client.blocking().set("/lights/3/level", Value.of(51.0));
        client.blocking().set("/lights/3/level", Value.of(255.0));
        assertThat(System.nanoTime()).as(dumped.all().toString()).isLessThan(end);
      } while (!heard(dumped, "/1/fader3 f 1.0") || !heard(dumped, "/1/fader3 f 0.2"));
      // No rule has it, so it keeps its path.
      assertThat(await(client, "/osc/cue/go", () -> oscsend(in, "/cue/go", "i", "7")))
          .isEqualTo(Value.of(7));
      assertThat(clasp(server, "list")).contains("desk").contains("running");
      assertThat(clasp(server, "show", "desk")).contains("/cue/go");
      assertThat(clasp(server, "preview", "desk", "in", "/1/fader1", "1"))
          .contains("/lights/1/level = 255");

      Files.writeString(
          file,
          Files.readString(file).replace("to_max: 255", "to_max: 100").replace("{n}/l", "{n}/L"));
      server.signal("HUP");
      server.awaitLog("changed: bridge desk");
      assertThat(await(client, "/lights/3/Level", () -> oscsend(in, "/1/fader3", "f", "0.5")))
          .isEqualTo(Value.of(50.0));
      assertThat(dump.running()).isTrue();
    }
  }

  @Test
  void aBundleOfClaspIsABundleOfOsc() throws Exception {
    ServerProcess server = stage.server();
    try (OscSocket device = new OscSocket();
        ClaspClient client = client(server)) {
      clasp(
          server,
          "add",
          "mixer",
          "osc",
          "--namespace",
          "/mixer",
          "-o",
          "targets=127.0.0.1:" + device.port(),
          "-o",
          "bind=127.0.0.1:0",
          "-o",
          "gather=1s");
      awaitRunning(server);
      client
          .bundle(
              new BundleBuilder()
                  .set("/mixer/ch/1", 0.5)
                  .set("/mixer/ch/2", 0.25)
                  .set("/mixer/ch/3", 0.125))
          .get();
      assertThat(device.next())
          .isInstanceOfSatisfying(
              OscBundle.class,
              bundle ->
                  assertThat(bundle.elements())
                      .extracting(element -> ((OscMessage) element).address())
                      .containsExactly("/ch/1", "/ch/2", "/ch/3"));
      clasp(server, "remove", "mixer");
    }
  }

  @Test
  void aBusyPortIsToldAndTakenWhenItIsFree() throws Exception {
    ServerProcess server = stage.server();
    int port;
    try (OscSocket other = new OscSocket()) {
      port = other.port();
      clasp(server, "add", "busy", "osc", "-o", "bind=127.0.0.1:" + port);
      Pause.until(server::transcript, () -> clasp(server, "list").contains("waiting"));
      assertThat(clasp(server, "list")).contains("" + port);
    }
    clasp(server, "restart", "busy");
    awaitRunning(server);
    try (ClaspClient client = client(server)) {
      assertThat(await(client, "/osc/x", () -> oscsend(port, "/x", "s", "there")))
          .isEqualTo(Value.of("there"));
    }
    clasp(server, "remove", "busy");
    assertThat(clasp(server, "list")).contains("No bridges");
  }
}
