package dev.clasp.bridgemqtt;

import dev.clasp.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A mosquitto of the test's own on 127.0.0.1, and the programs that come with it. */
final class Mosquitto implements AutoCloseable {

  private final Path folder;
  private final List<String> lines;
  final int port;
  private Process process;
  private final List<Subscriber> open = new ArrayList<>();

  private Mosquitto(Path folder, List<String> lines, int port, Process process) {
    this.folder = folder;
    this.lines = lines;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts one.
   *
   * @param folder for its configuration
   * @param lines of its configuration, with PORT for its port
   */
  static Mosquitto start(Path folder, String... lines) {
    List<String> all =
        List.of(
            lines.length == 0
                ? new String[] {"listener PORT 127.0.0.1", "allow_anonymous true"}
                : lines);
    for (int tries = 1; ; tries++) {
      // It cannot say which free port it took. Below those of outgoing connections.
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try {
        return new Mosquitto(folder, all, port, start(folder, all, port));
      } catch (AssertionError e) {
        if (tries == 5) {
          throw e;
        }
      }
    }
  }

  private static Process start(Path folder, List<String> lines, int port) {
    Path configuration = folder.resolve("mosquitto.conf");
    try {
      Files.writeString(
          configuration,
          String.join("\n", lines).replace("PORT", "" + port).replace("WEB", "" + (port + 1))
              + "\nuser root\nmax_queued_messages 1000\n");
      Process process =
          new ProcessBuilder(program("mosquitto"), "-c", configuration.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("mosquitto.log").toFile())
              .start();
      long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
      while (process.isAlive() && System.nanoTime() < deadline) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
          return process;
        } catch (IOException e) {
          LockSupport.parkNanos(10_000_000);
        }
      }
      process.destroyForcibly();
      throw new AssertionError(
          "mosquitto does not listen: " + Files.readString(folder.resolve("mosquitto.log")));
    } catch (IOException e) {
      throw new AssertionError(
          "cannot start mosquitto: install the packages mosquitto and mosquitto-clients", e);
    }
  }

  private static String program(String name) {
    Path there = Path.of("/usr/sbin", name);
    return Files.isExecutable(there) ? there.toString() : name;
  }

  /** Of a second listener, WEB in the configuration. */
  int webPort() {
    return port + 1;
  }

  String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  /** Ends it without a goodbye to anybody. */
  void crash() {
    process.destroyForcibly();
    join(process);
  }

  /** Ends it so that it writes down what it keeps. */
  void stop() {
    process.destroy();
    join(process);
  }

  void startAgain() {
    process = start(folder, lines, port);
  }

  private static void join(Process process) {
    try {
      if (!process.waitFor(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a program does not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes with {@code mosquitto_pub}. */
  void publish(String topic, String message, String... options) {
    List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-h", "127.0.0.1"));
    command.addAll(List.of("-p", "" + port, "-t", topic, "-m", message));
    command.addAll(List.of(options));
    run(command);
  }

  /** The same with what is in a file. */
  void publishFile(String topic, Path file) {
    run(
        List.of(
            "mosquitto_pub",
            "-h",
            "127.0.0.1",
            "-p",
            "" + port,
            "-t",
            topic,
            "-f",
            file.toString()));
  }

  private static void run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      join(process);
      if (process.exitValue() != 0) {
        throw new AssertionError(command + " failed: " + said);
      }
    } catch (IOException e) {
      throw new AssertionError("install the package mosquitto-clients", e);
    }
  }

  /** What {@code mosquitto_sub} prints, in effect when this returns. */
  Subscriber subscribe(String... options) {
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", "mosquitto_sub", "-d", "-h", "127.0.0.1"));
    command.addAll(List.of("-p", "" + port, "-F", "%r %q %t %p"));
    command.addAll(List.of(options));
    try {
      Subscriber subscriber =
          new Subscriber(new ProcessBuilder(command).redirectErrorStream(true).start());
      open.add(subscriber);
      subscriber.awaitSubscribed();
      return subscriber;
    } catch (IOException e) {
      throw new AssertionError("install the package mosquitto-clients", e);
    }
  }

  /** Lines are: retain flag, QoS, topic, payload. */
  static final class Subscriber implements AutoCloseable {
    private final Process process;
    private final List<String> all = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Subscriber(Process process) {
      this.process = process;
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try (BufferedReader in = process.inputReader()) {
              for (String line = in.readLine(); line != null; line = in.readLine()) {
                all.add(line);
                if (line.matches("[01] [012] .*")) {
                  lines.add(line);
                }
              }
            } catch (IOException e) {
              all.add("failed: " + e);
            }
          });
    }

    private void awaitSubscribed() {
      Eventually.is(
          () -> "mosquitto_sub subscribes: " + all,
          () -> all.stream().anyMatch(line -> line.startsWith("Subscribed")));
    }

    List<String> lines() {
      return List.copyOf(lines);
    }

    void await(String line) {
      Eventually.is(() -> line + " comes, only " + lines, () -> lines.contains(line));
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  @Override
  public void close() {
    open.forEach(Subscriber::close);
    process.destroyForcibly();
    join(process);
  }
}
