package dev.clasp.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The daemon of the Open Lighting Architecture with one of its plug-ins, on a machine of the test's
 * own. It refuses to be root.
 */
final class Olad implements AutoCloseable {

  private static final List<String> PLUGINS =
      List.of(
          "dummy",
          "artnet",
          "shownet",
          "espnet",
          "usbserial",
          "opendmx",
          "sandnet",
          "stageprofi",
          "pathport",
          "e131",
          "usbdmx",
          "ftdidmx",
          "osc",
          "kinet",
          "karate",
          "milinst",
          "renard",
          "uartdmx",
          "spi",
          "openpixelcontrol",
          "gpio",
          "nanoleaf");

  private final UnaryOperator<List<String>> place;
  private final Program program;

  private Olad(UnaryOperator<List<String>> place, Program program) {
    this.place = place;
    this.program = program;
  }

  /**
   * @param place where it runs
   * @param plugin the only one that is on
   * @param settings of the plug-in, as in its file
   */
  static Olad start(
      UnaryOperator<List<String>> place, Path folder, String plugin, List<String> settings) {
    if (!Files.isExecutable(Path.of("/usr/bin/olad"))) {
      throw new AssertionError("this test needs olad: apt-get install ola");
    }
    try {
      for (String each : PLUGINS) {
        Files.writeString(folder.resolve("ola-" + each + ".conf"), "enabled = false\n");
      }
      Files.writeString(
          folder.resolve("ola-" + plugin + ".conf"),
          "enabled = true\n" + String.join("\n", settings) + "\n");
      // The folder of a test is its owner's alone.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Outcome.good("chown", "-R", "nobody", folder.toString());
    Program program =
        Program.start(
            "olad",
            place.apply(
                List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "env",
                    "HOME=" + folder,
                    "olad",
                    "-c",
                    folder.toString(),
                    "-l",
                    "3",
                    "--no-register-with-dns-sd")),
            _ -> {},
            () -> {});
    Olad olad = new Olad(place, program);
    Pause.until(program::transcript, () -> olad.says("ola_dev_info").contains("Device 1"));
    return olad;
  }

  /** What one of its commands says. */
  String says(String... command) {
    return Outcome.of(place.apply(List.of(command))).text();
  }

  /** Universe and port of the device: what comes in there. */
  void patchIn(int port, int universe) {
    says("ola_patch", "-d", "1", "-p", "" + port, "-i", "-u", "" + universe);
  }

  void patchOut(int port, int universe) {
    says("ola_patch", "-d", "1", "-p", "" + port, "-u", "" + universe);
  }

  /** Sets the first slots of a universe. */
  void set(int universe, String levels) {
    says("ola_set_dmx", "-u", "" + universe, "-d", levels);
  }

  /** Sets them again and again: without a client OLA sends nothing. */
  AutoCloseable keepsSetting(int universe, String levels) {
    Program client =
        Program.start(
            "ola_set_dmx",
            place.apply(
                List.of(
                    "sh",
                    "-c",
                    "while ola_set_dmx -u " + universe + " -d " + levels + "; do sleep 0.5; done")),
            _ -> {},
            () -> {});
    return client::stop;
  }

  /** The levels of a universe, with commas between them. */
  String levels(int universe) {
    String json = says("curl", "-s", "http://127.0.0.1:9090/get_dmx?u=" + universe);
    int from = json.indexOf('[');
    int to = json.indexOf(']');
    return from < 0 || to < from ? "" : json.substring(from + 1, to).replaceAll("\\s", "");
  }

  String transcript() {
    return program.transcript();
  }

  String printed() {
    return program.printed();
  }

  /** As if its cable were pulled. */
  void crash() {
    program.crash();
  }

  @Override
  public void close() {
    program.stop();
  }
}
