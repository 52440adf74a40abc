package dev.clasp.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for programs that must be told theirs before they start. */
public final class FreePort {

  private static final int TRIES = 100;

  private FreePort() {}

  /**
   * A port that nobody has at the moment on any address, for UDP and TCP; below those that systems
   * give to whoever asks for any, so that nobody takes it by chance before it is used.
   */
  public static int find() {
    for (int tries = 1; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try (DatagramSocket _ = new DatagramSocket(port);
          ServerSocket _ = new ServerSocket(port)) {
        return port;
      } catch (IOException e) {
        if (tries == TRIES) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
