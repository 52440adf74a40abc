package dev.clasp.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Two serial ports that are connected with each other, made by {@code socat}. Ending it is what
 * unplugging is to a device; it may be plugged in again under the same names.
 */
public final class PtyPair implements AutoCloseable {

  private final Path near;
  private final Path far;
  private Optional<Process> socat = Optional.empty();

  public PtyPair(Path folder) throws IOException {
    this.near = folder.resolve("near");
    this.far = folder.resolve("far");
    plugIn();
  }

  public void plugIn() throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "socat",
                  "-d",
                  "-d",
                  // Programs that give up root open the near one too.
                  "pty,raw,echo=0,mode=666,link=" + near,
                  "pty,raw,echo=0,link=" + far)
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs socat: install it (apt-get install socat), or let ./verify do so", e);
    }
    socat = Optional.of(process);
    List<String> said = new ArrayList<>();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    while (said.isEmpty() || !said.getLast().contains("starting data transfer loop")) {
      String line = out.readLine();
      if (line == null) {
        throw new AssertionError("socat made no pair of ports: " + said);
      }
      said.add(line);
    }
    // What it says later must not fill the pipe.
    Thread.ofPlatform().daemon().start(() -> drain(out));
  }

  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {}
    } catch (IOException e) {
      // Ended.
    }
  }

  /** One end; a link to the port itself. */
  public String near() {
    return near.toString();
  }

  public String far() {
    return far.toString();
  }

  /** The settings of an end, as {@code stty -a} tells them. */
  public static String settings(String port) throws Exception {
    Process stty = new ProcessBuilder("stty", "-a", "-F", port).redirectErrorStream(true).start();
    String text = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    stty.waitFor();
    return text.replaceAll("\\s+", " ");
  }

  /** The rate of an end, also one that {@code stty} has no name for: by TCGETS2 of Linux. */
  public static int rate(String port) throws Exception {
    String program =
        "import fcntl, os, struct, sys\n"
            + "fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)\n"
            + "print(struct.unpack('I', fcntl.ioctl(fd, 0x802C542A, bytes(44))[40:44])[0])\n";
    Process python =
        new ProcessBuilder("python3", "-c", program, port).redirectErrorStream(true).start();
    String text = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    python.waitFor();
    return Integer.parseInt(text.strip());
  }

  public void unplug() throws IOException {
    socat.ifPresent(process -> {
      process.destroyForcibly();
      try {
        process.waitFor(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    Files.deleteIfExists(near);
    Files.deleteIfExists(far);
  }

  @Override
  public void close() throws IOException {
    unplug();
  }
}
