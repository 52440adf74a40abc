package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.PeerProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Open Lighting Architecture as a peer, on another machine made of a network namespace: its
 * Art-Net plug-in, and its dummy device, which has responders of RDM. Needs root and Debian's ola.
 */
class OlaTest {

  private static final String INSTALL = "apt-get install ola iproute2 curl";
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /**
   * OLA sends its universes with their lower four bits, in the sub-net of its settings. That must
   * be 0, because OLA compares the universe in a reply with the sub-net and the universe of its
   * own.
   */
  private static final int FIRST = 1;

  private static final int SECOND = 2;
  private static final int THIRD = 3;

  private static final List<String> OFF =
      List.of(
          "e131",
          "espnet",
          "ftdidmx",
          "gpio",
          "karate",
          "kinet",
          "milinst",
          "opendmx",
          "openpixelcontrol",
          "osc",
          "pathport",
          "renard",
          "sandnet",
          "shownet",
          "spi",
          "stageprofi",
          "uartdmx",
          "usbdmx",
          "usbserial");

  private final List<AutoCloseable> open = new ArrayList<>();
  private final TwoMachines machines = new TwoMachines();
  @TempDir Path folder;

  @BeforeEach
  void startOla() throws IOException {
    open.add(machines);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String plugin : OFF) {
      Files.writeString(folder.resolve("ola-" + plugin + ".conf"), "enabled = false\n");
    }
    Files.writeString(folder.resolve("ola-dummy.conf"), "enabled = true\n");
    Files.writeString(
        folder.resolve("ola-artnet.conf"),
        """
        always_broadcast = false
        enabled = true
        ip = %s
        long_name = Open Lighting
        net = 0
        output_ports = 4
        short_name = ola
        subnet = 0
        use_limited_broadcast = false
        use_loopback = false
        """
            .formatted(TwoMachines.FIRST));
    // It refuses to run as root.
    PeerProgram ola =
        PeerProgram.start(
            INSTALL,
            folder,
            machines.inFirst(
                "setpriv",
                "--reuid=nobody",
                "--regid=nogroup",
                "--clear-groups",
                "olad",
                "-c",
                folder.toString(),
                "--no-http-quit",
                "--no-register-with-dns-sd",
                "-l",
                "3"));
    open.add(ola);
    ola.awaitLine("Started ArtNet");
    await("Art-Net in ola_dev_info", () -> ola("ola_dev_info").contains("ArtNet"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!holds(condition)) {
      assertThat(System.nanoTime() < end).as(what).isTrue();
      pause();
    }
  }

  private static boolean holds(Condition condition) {
    try {
      return condition.holds();
    } catch (AssertionError e) {
      // A tool that cannot connect yet.
      return false;
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String ola(String... command) {
    return TwoMachines.output(machines.inFirst(command));
  }

  private PeerProgram bridge(String... settings) {
    List<String> command =
        new ArrayList<>(
            machines.inSecond(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                ArtNetRig.class.getName()));
    command.addAll(Arrays.asList(settings));
    PeerProgram program = PeerProgram.start("a JDK", folder, command);
    open.add(program);
    program.awaitLine("ready");
    return program;
  }

  /** Its number. */
  private String device(String name) {
    return ola("ola_dev_info")
        .lines()
        .filter(line -> line.contains(name))
        .findFirst()
        .orElseThrow()
        .replaceAll("Device (\\d+).*", "$1");
  }

  /** Patches a port of OLA's Art-Net. */
  private void patch(String direction, int port, int universe) {
    List<String> command =
        new ArrayList<>(
            List.of("ola_patch", "-d", device("ArtNet"), "-p", "" + port, "-u", "" + universe));
    if (direction.equals("in")) {
      command.add("-i");
    }
    ola(command.toArray(String[]::new));
  }

  @Test
  void olaFindsTheBridgeAndSendsItWhatItAsksFor() {
    PeerProgram bridge = bridge("universes=" + FIRST);
    // OLA lists the node as one that wants this universe.
    patch("out", 0, FIRST);
    await(
        "the bridge in OLA's list of nodes",
        () ->
            ola("ola_artnet", "-d", device("ArtNet"), "-u", "" + FIRST)
                .contains(TwoMachines.SECOND));
    // And the bridge lists OLA.
    bridge.type("details");
    String details = bridge.awaitLine("details");
    assertThat(details).contains("Open Lighting").contains(TwoMachines.FIRST);

    String levels =
        IntStream.rangeClosed(1, 512)
            .mapToObj(slot -> "" + (1 + slot * 7 % 255))
            .collect(Collectors.joining(","));
    ola("ola_set_dmx", "-u", "" + FIRST, "-d", levels);

    for (int slot = 1; slot <= 512; slot++) {
      int level = 1 + slot * 7 % 255;
      bridge.awaitLine("/" + FIRST + "/" + slot + " " + level);
    }
  }

  @Test
  void olaHasWhatTheBridgeSendsSlotForSlot() {
    patch("in", 0, SECOND);
    PeerProgram bridge = bridge("universes=9");
    bridge.awaitLine("/$nodes/" + TwoMachines.FIRST + "/1/name ola");
    StringBuilder line = new StringBuilder("set");
    for (int slot = 1; slot <= 512; slot++) {
      line.append(" /").append(SECOND).append('/').append(slot).append(' ').append(slot * 3 % 256);
    }
    bridge.type(line.toString());

    String expected =
        IntStream.rangeClosed(1, 512)
            .mapToObj(slot -> "" + slot * 3 % 256)
            .collect(Collectors.joining(","));
    await("512 slots in OLA", () -> levels(SECOND).contains(expected));
  }

  /** What OLA has in a universe. */
  private String levels(int universe) {
    return ola("curl", "-s", "http://127.0.0.1:9090/get_dmx?u=" + universe);
  }

  @Test
  void respondersOfRdmBehindOlaAreReadAndWritten() {
    patch("in", 1, THIRD);
    // The dummy's port has responders; those of the universe are told over Art-Net.
    ola("ola_patch", "-d", device("Dummy"), "-p", "0", "-u", "" + THIRD);
    await("responders in OLA", () -> ola("ola_rdm_discover", "-u", "" + THIRD).contains("7a70:"));
    String uid =
        ola("ola_rdm_discover", "-u", "" + THIRD)
            .lines()
            .filter(line -> line.contains("7a70:"))
            .findFirst()
            .orElseThrow()
            .strip();

    PeerProgram bridge = bridge("rdm=true", "universes=9");
    String address = bridge.awaitLine("/$rdm/" + uid + "/start_address");
    assertThat(address).isNotBlank();

    bridge.type("set /$rdm/" + uid + "/start_address 77");
    bridge.awaitLine("/$rdm/" + uid + "/start_address 77");
    assertThat(ola("ola_rdm_get", "-u", "" + THIRD, "--uid", uid, "dmx_start_address"))
        .contains("77");
    bridge.type("set /$rdm/" + uid + "/identify true");
    bridge.awaitLine("/$rdm/" + uid + "/identify true");
    assertThat(ola("ola_rdm_get", "-u", "" + THIRD, "--uid", uid, "identify_device"))
        .containsIgnoringCase("true");
    // This one has a label that nobody may change.
    bridge.type("set /$rdm/" + uid + "/label Front");
    bridge.awaitLine("label was not set: this parameter cannot be read or cannot be written");
  }
}
