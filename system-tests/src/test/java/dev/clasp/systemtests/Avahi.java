package dev.clasp.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Debian's mDNS, in a network of its own with a message bus of its own: an independent opinion on
 * what we announce and find.
 */
final class Avahi implements AutoCloseable {

  private static final String BUS =
      """
      <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
       "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
      <busconfig>
        <type>system</type>
        <listen>unix:path=%s</listen>
        <auth>EXTERNAL</auth>
        <policy context="default">
          <allow user="*"/>
          <allow own="*"/>
          <allow send_type="method_call"/>
          <allow send_type="signal"/>
          <allow send_requested_reply="true" send_type="method_return"/>
          <allow send_requested_reply="true" send_type="error"/>
          <allow receive_type="method_call"/>
          <allow receive_type="method_return"/>
          <allow receive_type="error"/>
          <allow receive_type="signal"/>
        </policy>
      </busconfig>
      """;

  private static final String DAEMON =
      """
      [server]
      host-name=%s
      use-ipv4=yes
      use-ipv6=no
      allow-interfaces=v0
      enable-dbus=yes
      ratelimit-interval-usec=1000000
      ratelimit-burst=1000

      [wide-area]
      enable-wide-area=no

      [publish]
      publish-hinfo=no
      publish-workstation=no
      """;

  private final UnaryOperator<List<String>> place;
  private final Path folder;
  private final List<Program> programs = new ArrayList<>();

  private Avahi(UnaryOperator<List<String>> place, Path folder) {
    this.place = place;
    this.folder = folder;
  }

  /**
   * Starts it.
   *
   * @param place makes the command line for the network
   * @param folder empty, of this one alone; its path must be short, for a socket
   */
  static Avahi start(UnaryOperator<List<String>> place, Path folder) {
    for (String program :
        new String[] {"/usr/bin/dbus-daemon", "/usr/sbin/avahi-daemon", "/usr/bin/avahi-browse"}) {
      if (!Files.isExecutable(Path.of(program))) {
        throw new AssertionError(
            program
                + " is not installed: run ./verify as root, or install the packages dbus,"
                + " avahi-daemon and avahi-utils");
      }
    }
    Avahi avahi = new Avahi(place, folder);
    try {
      Files.writeString(folder.resolve("bus.conf"), BUS.formatted(folder.resolve("bus")));
      Files.writeString(folder.resolve("avahi.conf"), DAEMON.formatted("oracle"));
      avahi
          .run(
              "dbus-daemon",
              List.of(
                  "dbus-daemon",
                  "--nofork",
                  "--nopidfile",
                  "--print-address=1",
                  "--config-file=" + folder.resolve("bus.conf")))
          .awaitFirst("address of the bus", line -> line.startsWith("unix:"));
      // The folder for its process id is the same for all; each gets one of its own. The log goes
      // to
      // the standard error.
      avahi
          .run(
              "avahi-daemon",
              List.of(
                  "sh",
                  "-c",
                  "mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon && exec"
                      + " avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "
                      + folder.resolve("avahi.conf")
                      + " 2>&1"))
          .awaitFirst("start of avahi", line -> line.contains("Server startup complete"));
      return avahi;
    } catch (IOException e) {
      avahi.close();
      throw new AssertionError(e);
    } catch (AssertionError e) {
      avahi.close();
      throw e;
    }
  }

  /** Lines of {@code avahi-browse -r -p}: what comes, is resolved, and goes. */
  Received<String> browse() {
    return run("avahi-browse", List.of("stdbuf", "-oL", "avahi-browse", "-rp", "_clasp._tcp"));
  }

  /** Announces a service until it is closed. */
  Program publish(String name, int port, String... text) {
    List<String> command =
        Stream.concat(
                Stream.of("avahi-publish", "-s", name, "_clasp._tcp", String.valueOf(port)),
                Stream.of(text))
            .toList();
    run("avahi-publish", command);
    return programs.getLast();
  }

  private Received<String> run(String name, List<String> command) {
    Received<String> lines = new Received<>(name);
    List<String> all =
        Stream.concat(
                Stream.of("env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + folder.resolve("bus")),
                command.stream())
            .toList();
    programs.add(
        Program.start(name, place.apply(all), lines::add, () -> lines.end("it has ended")));
    return lines;
  }

  @Override
  public void close() {
    for (Program program : programs.reversed()) {
      program.stop();
    }
  }
}
