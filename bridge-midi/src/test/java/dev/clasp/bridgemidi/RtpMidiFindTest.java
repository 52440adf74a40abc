package dev.clasp.bridgemidi;

import dev.clasp.testkit.PeerProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two machines with a cable between them, in network namespaces of the test's own. Needs root. */
class RtpMidiFindTest {

  private static final String INSTALL =
      "network namespaces need root, a kernel that allows them, and the package iproute2";

  private final String first = "rtp" + ProcessHandle.current().pid() + "a";
  private final String second = "rtp" + ProcessHandle.current().pid() + "b";
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private void connect() {
    for (String each : List.of(first, second)) {
      run("ip", "netns", "add", each);
      open.add(() -> run("ip", "netns", "del", each));
      run("ip", "-n", each, "link", "set", "lo", "up");
    }
    run(
        "ip", "-n", first, "link", "add", "v0", "type", "veth", "peer", "name", "v0", "netns",
        second);
    plug(first, "10.79.0.1/24");
    plug(second, "10.79.0.2/24");
  }

  private static void plug(String machine, String ip) {
    run("ip", "-n", machine, "addr", "add", ip, "brd", "+", "dev", "v0");
    run("ip", "-n", machine, "link", "set", "v0", "up");
    run("ip", "-n", machine, "route", "add", "default", "dev", "v0");
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(String.join(" ", command) + " fails; " + INSTALL + ": " + said);
      }
    } catch (IOException e) {
      throw new AssertionError(INSTALL, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private PeerProgram station(String machine, String... arguments) {
    List<String> command =
        Stream.concat(
                Stream.of(
                    "ip",
                    "netns",
                    "exec",
                    machine,
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    RtpMidiStation.class.getName()),
                Stream.of(arguments))
            .toList();
    PeerProgram program = PeerProgram.start(INSTALL, Path.of("."), command);
    open.add(program);
    return program;
  }

  @Test
  void aSessionThatAppearsIsInvitedByItsName() {
    connect();
    PeerProgram stage = station(first, "rtp-find://Ha*", "name=Stage");
    stage.awaitLine("ready");
    PeerProgram other = station(second, "rtp-listen://0.0.0.0:5006", "name=Other", "announce=true");
    other.awaitLine("ready");
    PeerProgram hall = station(second, "rtp-listen://0.0.0.0:5004", "name=Hall", "announce=true");
    hall.awaitLine("up RTP-MIDI with Stage (10.79.0.1:");
    stage.awaitLine("up RTP-MIDI with Hall (10.79.0.2:5004)");
    stage.type("903c64");
    hall.awaitLine("heard 903c64");
    hall.type("f0010203f7");
    stage.awaitLine("heard f0010203f7");
    hall.close();
    PeerProgram again = station(second, "rtp-listen://0.0.0.0:5004", "name=Hall", "announce=true");
    again.awaitLine("up RTP-MIDI with Stage (10.79.0.1:");
    // Who accepts is up before who has asked: that one hears of it later.
    stage.awaitLine("up RTP-MIDI with Hall (10.79.0.2:5004)");
    stage.type("803c00");
    again.awaitLine("heard 803c00");
  }

  @Test
  void soIsAHostOfNetworkMidi2() {
    connect();
    PeerProgram stage = station(first, "midi2-find://Ha*", "name=Stage");
    stage.awaitLine("ready");
    PeerProgram other =
        station(second, "midi2-listen://0.0.0.0:5674", "name=Other", "announce=true");
    other.awaitLine("ready");
    PeerProgram hall = station(second, "midi2-listen://0.0.0.0:5673", "name=Hall", "announce=true");
    hall.awaitLine("up Network MIDI 2.0 with Stage (10.79.0.1:");
    stage.awaitLine("up Network MIDI 2.0 with Hall (10.79.0.2:5673)");
    stage.type("903c64");
    hall.awaitLine("heard 903c64");
    hall.type("f0010203f7");
    stage.awaitLine("heard f0010203f7");
  }
}
