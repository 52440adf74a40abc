package dev.clasp.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** A mosquitto of the test's own, and its two command-line clients. */
final class Broker implements AutoCloseable {

  private static final long POLL_NANOS = 20_000_000;

  private final Path folder;
  private final int port;
  private Program program;

  private Broker(Path folder, int port, Program program) {
    this.folder = folder;
    this.port = port;
    this.program = program;
  }

  /**
   * Starts a broker that accepts everybody on this machine.
   *
   * @param folder for its configuration
   */
  static Broker start(Path folder) {
    for (int tries = 1; ; tries++) {
      // Mosquitto cannot say which free port it took. Below those of outgoing connections.
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try {
        return new Broker(folder, port, start(folder, port));
      } catch (AssertionError e) {
        if (tries == 5) {
          throw e;
        }
      }
    }
  }

  private static Program start(Path folder, int port) {
    Path configuration = folder.resolve("mosquitto.conf");
    try {
      Files.writeString(
          configuration, "listener " + port + " 127.0.0.1\nallow_anonymous true\nuser root\n");
    } catch (IOException e) {
      throw new AssertionError("cannot write " + configuration, e);
    }
    Program program =
        Program.start(
            "mosquitto",
            List.of(Installation.mosquitto("mosquitto"), "-v", "-c", configuration.toString()),
            _ -> {},
            () -> {});
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    while (program.running() && System.nanoTime() < deadline) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return program;
      } catch (IOException e) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    program.stop();
    throw new AssertionError("mosquitto does not listen\n" + program.transcript());
  }

  String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  /** Ends it without a goodbye to anybody. */
  void crash() {
    program.crash();
  }

  void startAgain() {
    program = start(folder, port);
  }

  /** Publishes with {@code mosquitto_pub}. */
  void publish(String topic, String message, String... options) {
    clients().publish(topic, message, options);
  }

  /** A {@code mosquitto_sub} that has subscribed on return. */
  MosquittoClients.Subscriber subscribe(String filter) {
    return clients().subscribe(filter);
  }

  private MosquittoClients clients() {
    return MosquittoClients.of(port);
  }

  @Override
  public void close() {
    program.stop();
  }
}
