package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.testkit.PtyPair;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Our widget is taken for a real one by OLA; then what OLA says to it is compared with what we say.
 * OLA has a network namespace of its own, and no plug-in that knows a network.
 */
@Timeout(180)
class OlaTest {

  private static final String INSTALL =
      "apt-get install ola socat iproute2 curl util-linux, or let ./verify do so";

  /** Those of OLA but usbserial. */
  private static final List<String> OTHER_PLUGINS =
      List.of(
          "artnet",
          "dummy",
          "e131",
          "espnet",
          "ftdidmx",
          "gpio",
          "karate",
          "kinet",
          "milinst",
          "nanoleaf",
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
          "usbdmx");

  private static final List<String> PROGRAMS =
      List.of("olad", "ola_dev_info", "ola_patch", "ola_set_dmx", "ip", "setpriv", "curl");

  /** Fails at once if there is no such program. */
  static void need(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    if (Arrays.stream(path.split(":", -1))
        .noneMatch(each -> Files.isExecutable(Path.of(each, program)))) {
      throw new AssertionError("this test needs the program " + program + ": " + INSTALL);
    }
  }

  /** OLA that runs. */
  private static final class Ola implements AutoCloseable {
    private final String namespace = "clasp-ola-" + ProcessHandle.current().pid();
    private final Path folder;
    private final PeerProgram daemon;

    Ola(Path folder, String prefix) throws Exception {
      this.folder = folder;
      PROGRAMS.forEach(OlaTest::need);
      Path config = Files.createDirectory(folder.resolve("config"));
      for (String plugin : OTHER_PLUGINS) {
        write(config.resolve("ola-" + plugin + ".conf"), "enabled = false\n");
      }
      write(
          config.resolve("ola-usbserial.conf"),
          "enabled = true\ndevice_dir = " + folder + "\ndevice_prefix = " + prefix + "\n");
      Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rwxrwxrwx"));
      run("ip", "netns", "add", namespace);
      run("ip", "-n", namespace, "link", "set", "lo", "up");
      // It refuses to be root.
      daemon =
          PeerProgram.start(
              INSTALL,
              folder,
              inside(
                  "setpriv",
                  "--reuid",
                  "65534",
                  "--regid",
                  "65534",
                  "--clear-groups",
                  "olad",
                  "--config-dir",
                  config.toString(),
                  "--log-level",
                  "3",
                  "--no-register-with-dns-sd"));
    }

    private static void write(Path file, String text) throws IOException {
      Files.writeString(file, text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private List<String> inside(String... command) {
      List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
      all.addAll(Arrays.asList(command));
      return all;
    }

    String call(String... command) throws Exception {
      return run(inside(command).toArray(String[]::new));
    }

    private String run(String... command) throws IOException, InterruptedException {
      Process process;
      try {
        process =
            new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
      } catch (IOException e) {
        throw new AssertionError("this test needs " + command[0] + ": " + INSTALL, e);
      }
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(String.join(" ", command) + ": " + text).isZero();
      return text;
    }

    @Override
    public void close() throws IOException {
      daemon.close();
      try {
        run("ip", "netns", "del", namespace);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static byte[] look() {
    byte[] levels = new byte[512];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i * 7 + 255);
    }
    return levels;
  }

  /** OLA must be able to walk there, so not in a folder that is for root alone. */
  private static Path folder() throws IOException {
    Path folder = Files.createTempDirectory("clasp-ola");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    return folder;
  }

  private static void delete(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private static byte[] whatOlaSays(byte[] look) throws Exception {
    Path folder = folder();
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far());
        Ola ola = new Ola(folder, "near")) {
      ola.daemon.awaitLine("Detected USB Device: ESTA Id: 0x4e45 (ENTTEC), device Id: 0x0001");
      ola.daemon.awaitLine("Installed device: ENTTEC - DMX USB PRO, Serial #: 12345678");
      assertThat(ola.call("ola_dev_info")).contains("firmware 1.44");
      ola.call("ola_patch", "--device", "1", "--port", "0", "--universe", "1");
      List<String> levels = new ArrayList<>();
      for (byte level : look) {
        levels.add(String.valueOf(level & 0xFF));
      }
      ola.call("ola_set_dmx", "--universe", "1", "--dmx", String.join(",", levels));
      return widget
          .await("all levels by OLA", each -> each.label() == 6 && each.data().length == 513)
          .data();
    } finally {
      delete(folder);
    }
  }

  private static byte[] whatWeSay(byte[] look) throws Exception {
    Path folder = folder();
    FakeContext context = new FakeContext();
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far());
        DmxEndpoint endpoint =
            new DmxEndpoint(
                DmxConfig.of(
                    BridgeSettings.of(
                        new DmxProvider().settings(),
                        Map.of("port", Value.of(pair.near()), "universe", Value.of(1))),
                    TypeProfile.COMPATIBLE),
                context,
                Ports.SYSTEM,
                Ticker.SYSTEM)) {
      endpoint.start();
      context.awaitTold("up ");
      context.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      endpoint.send(Parcel.of(new MappedSignal("/1", SignalType.PARAM, Value.of(look))));
      context.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      endpoint.run(context.nanoTime());
      return widget
          .await("all levels by us", each -> each.label() == 6 && each.data().length == 513)
          .data();
    } finally {
      delete(folder);
    }
  }

  @Test
  void aProgramThatIsNotThereIsSaidAtOnce() throws Exception {
    assertThatThrownBy(() -> need("clasp-no-such-program"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("apt-get install ola");
    try (PeerProgram program =
        PeerProgram.start(INSTALL, Path.of("."), List.of("sh", "-c", "echo olad is missing"))) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> program.awaitLine("Installed device"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("olad is missing")
          .hasMessageContaining("apt-get install ola");
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
    }
  }

  @Test
  void olaTakesTheEmulatorForAnEnttecProAndSaysTheSameToItAsWe() throws Exception {
    byte[] look = look();
    byte[] ola = whatOlaSays(look);

    assertThat(ola).hasSize(513);
    assertThat(ola[0]).isZero();
    assertThat(whatWeSay(look)).isEqualTo(ola);
  }

  @Test
  void whatTheEmulatorReceivesReachesOla() throws Exception {
    Path folder = folder();
    try (PtyPair pair = new PtyPair(folder);
        WidgetEmulator widget = new WidgetEmulator(pair.far());
        Ola ola = new Ola(folder, "near")) {
      ola.daemon.awaitLine("Installed device: ENTTEC - DMX USB PRO");
      ola.call("ola_patch", "--device", "1", "--port", "0", "--universe", "1", "--input");
      // Slot 18, which is bit 18 of 40. OLA wants room for 40 values, however many there are.
      byte[] change = new byte[46];
      change[3] = 0b100;
      change[6] = 4;
      String levels = "";
      while (!levels.contains("[1,2,3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,4")) {
        widget.receive(1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        widget.say(9, change);
        levels = ola.call("curl", "--silent", "http://127.0.0.1:9090/get_dmx?u=1");
      }
    } finally {
      delete(folder);
    }
  }
}
