package dev.clasp.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Three network namespaces of the test's own: one for a router in the middle, and two for peers,
 * each joined to it by a pair of virtual Ethernet devices. Peers reach each other only while the
 * one in the middle forwards packets; the router they reach always. Needs root.
 */
final class Networks implements AutoCloseable {

  /** The router as the first peer sees it, and as the second does. */
  static final String ROUTER_FROM_FIRST = "10.77.1.1";

  static final String ROUTER_FROM_SECOND = "10.77.2.1";

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Set<String> NAMES = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> List.copyOf(NAMES).forEach(Networks::delete)));
  }

  private final String middle;
  private final String first;
  private final String second;

  private Networks(String prefix) {
    middle = prefix + "m";
    first = prefix + "a";
    second = prefix + "b";
  }

  /** Creates them. */
  static Networks create() {
    if (!Files.isExecutable(Path.of("/usr/sbin/ip")) && !Files.isExecutable(Path.of("/sbin/ip"))) {
      throw new AssertionError(
          "ip is not installed: run ./verify as root, or install the package iproute2");
    }
    Networks networks =
        new Networks("clasp" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    try {
      for (String name : List.of(networks.middle, networks.first, networks.second)) {
        run("ip", "netns", "add", name);
        NAMES.add(name);
        run("ip", "-n", name, "link", "set", "lo", "up");
      }
      networks.join(networks.first, "10.77.1");
      networks.join(networks.second, "10.77.2");
      networks.forward(true);
      return networks;
    } catch (AssertionError e) {
      networks.close();
      throw e;
    }
  }

  private void join(String place, String net) {
    String inMiddle = place.equals(first) ? "va" : "vb";
    run("ip", "-n", place, "link", "add", "v0", "type", "veth", "peer", "name", inMiddle);
    run("ip", "-n", place, "link", "set", inMiddle, "netns", middle);
    run("ip", "-n", middle, "addr", "add", net + ".1/24", "dev", inMiddle);
    run("ip", "-n", place, "addr", "add", net + ".2/24", "dev", "v0");
    run("ip", "-n", middle, "link", "set", inMiddle, "up");
    run("ip", "-n", place, "link", "set", "v0", "up");
    run("ip", "-n", place, "route", "add", "default", "via", net + ".1");
  }

  /** Whether packets of one peer get to the other. */
  void forward(boolean on) {
    run(
        "ip",
        "netns",
        "exec",
        middle,
        "sh",
        "-c",
        "echo " + (on ? 1 : 0) + " > /proc/sys/net/ipv4/ip_forward");
  }

  /** A command line that runs where the router is. */
  List<String> inMiddle(List<String> command) {
    return in(middle, command);
  }

  List<String> inFirst(List<String> command) {
    return in(first, command);
  }

  List<String> inSecond(List<String> command) {
    return in(second, command);
  }

  private static List<String> in(String name, List<String> command) {
    return Stream.concat(Stream.of("ip", "netns", "exec", name), command.stream()).toList();
  }

  @Override
  public void close() {
    List.of(first, second, middle).forEach(Networks::delete);
  }

  private static void delete(String name) {
    if (NAMES.remove(name)) {
      run("ip", "netns", "del", name);
    }
  }

  private static void run(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    try {
      Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", all)
                + " failed; network namespaces need root, and a kernel that allows them: "
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
