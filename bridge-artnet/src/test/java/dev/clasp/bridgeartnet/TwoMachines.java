package dev.clasp.bridgeartnet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Two network namespaces with a cable between them. Needs root. */
final class TwoMachines implements AutoCloseable {

  static final String FIRST = "10.79.0.1";
  static final String SECOND = "10.79.0.2";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String first;
  private final String second;
  private final Thread atTheEnd = new Thread(this::delete);

  TwoMachines() {
    String name = "art" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    first = name + "a";
    second = name + "b";
    Runtime.getRuntime().addShutdownHook(atTheEnd);
    ip("netns", "add", first);
    ip("netns", "add", second);
    ip("-n", first, "link", "add", "v0", "type", "veth", "peer", "name", "v0", "netns", second);
    plug(first, FIRST);
    plug(second, SECOND);
  }

  private static void plug(String machine, String address) {
    ip("-n", machine, "addr", "add", address + "/24", "brd", "+", "dev", "v0");
    ip("-n", machine, "link", "set", "lo", "up");
    ip("-n", machine, "link", "set", "v0", "up");
    ip("-n", machine, "route", "add", "default", "dev", "v0");
  }

  List<String> inFirst(String... command) {
    return in(first, command);
  }

  List<String> inSecond(String... command) {
    return in(second, command);
  }

  private static List<String> in(String machine, String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", machine));
    all.addAll(List.of(command));
    return all;
  }

  /** The cable of the second is out, or in. */
  void plugged(boolean in) {
    ip("-n", second, "link", "set", "v0", in ? "up" : "down");
  }

  @Override
  public void close() {
    delete();
    Runtime.getRuntime().removeShutdownHook(atTheEnd);
  }

  private void delete() {
    for (String machine : List.of(first, second)) {
      try {
        ip("netns", "del", machine);
      } catch (AssertionError e) {
        // It was never made.
      }
    }
  }

  private static void ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    output(command);
  }

  /** Runs it to its end. */
  static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(String.join(" ", command) + " fails: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs " + command.getFirst() + " (apt-get install iproute2 ola)", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
