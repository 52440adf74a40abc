package dev.clasp.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Two machines at one switch: network namespaces of the test's own, with a third one for the
 * switch, so that a cable can be cut at one end without the machine at the other noticing. Needs
 * root.
 */
final class LanNetworks implements AutoCloseable {

  static final String FIRST_IP = "10.78.0.1";
  static final String SECOND_IP = "10.78.0.2";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String first;
  private final String second;
  private final String middle;
  private final Thread atTheEnd = new Thread(this::delete);

  private LanNetworks(String prefix) {
    first = prefix + "a";
    second = prefix + "b";
    middle = prefix + "s";
  }

  static LanNetworks create() {
    LanNetworks networks =
        new LanNetworks("lan" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    Runtime.getRuntime().addShutdownHook(networks.atTheEnd);
    try {
      for (String name : List.of(networks.first, networks.second, networks.middle)) {
        run("ip", "netns", "add", name);
        run("ip", "-n", name, "link", "set", "lo", "up");
      }
      networks.ofSwitch("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
      networks.ofSwitch("link", "set", "br0", "up");
      networks.plug(networks.first, "pa", FIRST_IP);
      networks.plug(networks.second, "pb", SECOND_IP);
      return networks;
    } catch (AssertionError e) {
      networks.close();
      throw e;
    }
  }

  private void plug(String machine, String port, String ip) {
    run("ip", "-n", machine, "link", "add", "v0", "type", "veth", "peer", "name", port);
    run("ip", "-n", machine, "link", "set", port, "netns", middle);
    ofSwitch("link", "set", port, "master", "br0");
    ofSwitch("link", "set", port, "up");
    run("ip", "-n", machine, "addr", "add", ip + "/24", "brd", "+", "dev", "v0");
    run("ip", "-n", machine, "link", "set", "v0", "up");
    run("ip", "-n", machine, "route", "add", "default", "dev", "v0");
  }

  private void ofSwitch(String... command) {
    run(
        Stream.concat(Stream.of("ip", "-n", middle), Arrays.stream(command))
            .toArray(String[]::new));
  }

  /** A command of {@code ip} on the first machine. */
  void onFirst(String... command) {
    run(Stream.concat(Stream.of("ip", "-n", first), Arrays.stream(command)).toArray(String[]::new));
  }

  void onSecond(String... command) {
    run(
        Stream.concat(Stream.of("ip", "-n", second), Arrays.stream(command))
            .toArray(String[]::new));
  }

  /** Whether packets of the first machine get through the switch; neither machine sees it. */
  void passFirst(boolean on) {
    ofSwitch("link", "set", "pa", on ? "master" : "nomaster", on ? "br0" : "");
  }

  List<String> inFirst(List<String> command) {
    return Stream.concat(Stream.of("ip", "netns", "exec", first), command.stream()).toList();
  }

  List<String> inSecond(List<String> command) {
    return Stream.concat(Stream.of("ip", "netns", "exec", second), command.stream()).toList();
  }

  @Override
  public void close() {
    delete();
    Runtime.getRuntime().removeShutdownHook(atTheEnd);
  }

  private void delete() {
    for (String name : List.of(first, second, middle)) {
      try {
        run("ip", "netns", "del", name);
      } catch (AssertionError e) {
        // It was never made, or has gone.
      }
    }
  }

  private static void run(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.removeIf(String::isEmpty);
    try {
      Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", all)
                + " failed; network namespaces need root, a kernel that allows them, and the"
                + " package iproute2: "
                + said);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot run " + String.join(" ", all) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
