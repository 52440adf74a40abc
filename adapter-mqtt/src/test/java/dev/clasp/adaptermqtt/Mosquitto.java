package dev.clasp.adaptermqtt;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The programs mosquitto_pub and mosquitto_sub. */
final class Mosquitto implements AutoCloseable {

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private Mosquitto(Process process) {
    this.process = process;
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (BufferedReader in = process.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
              lines.add(line);
            }
          } catch (IOException e) {
            lines.add("failed: " + e);
          }
        });
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError(
          "the MQTT programs are missing: install the package mosquitto-clients", e);
    }
  }

  /** Publishes, and returns the exit status. */
  static int publish(int port, String... options) throws InterruptedException, IOException {
    List<String> command =
        new ArrayList<>(List.of("mosquitto_pub", "-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of(options));
    Process process = start(command);
    process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    if (!process.waitFor(House.LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("mosquitto_pub does not end");
    }
    return process.exitValue();
  }

  /** Subscribes; in effect when this returns. */
  static Mosquitto subscribe(int port, String... options) throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "stdbuf",
                "-oL",
                "mosquitto_sub",
                "-d",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(port)));
    command.addAll(List.of(options));
    Mosquitto program = new Mosquitto(start(command));
    program.await("Subscribed");
    return program;
  }

  /** Runs mosquitto_sub to its end; what it wrote. */
  static List<String> collect(int port, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("mosquitto_sub", "-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of(options));
    Process process = start(command);
    List<String> lines = process.inputReader().lines().toList();
    if (!process.waitFor(House.LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return lines;
  }

  /** The next line that holds the text; others are skipped. */
  String await(String part) throws InterruptedException {
    while (true) {
      @Nullable String line = lines.poll(House.LIMIT_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no line with " + part);
      }
      if (line.contains(part)) {
        return line;
      }
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
