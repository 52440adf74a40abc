package dev.clasp.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real program that is a peer of the tests, and what it prints. */
public final class PeerProgram implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;
  private static final long MOMENT_MILLIS = 100;

  private final Process process;
  private final String name;
  private final String install;

  /** Empty behind the last. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private PeerProgram(Process process, String name, String install) {
    this.process = process;
    this.name = name;
    this.install = install;
    // Pipes are not for virtual threads: CONTRIBUTING.md says why.
    Thread.ofPlatform().daemon().start(this::read);
  }

  /**
   * @param install what brings the program, for the message if it is missing
   */
  public static PeerProgram start(String install, Path folder, List<String> command) {
    try {
      return new PeerProgram(
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start(),
          String.join(" ", command),
          install);
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs the program " + command.getFirst() + ": " + install, e);
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException e) {
      // It has been ended.
    }
    lines.add(Optional.empty());
  }

  public void type(String line) {
    keys(line + "\n");
  }

  /** Without an end of line. */
  public void keys(String keys) {
    try {
      process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line with this in it; those before it are skipped. */
  public String awaitLine(String part) {
    List<String> skipped = new ArrayList<>();
    try {
      while (true) {
        Optional<String> next = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError(name + " does not print " + part + ", only " + skipped);
        }
        if (next.isEmpty()) {
          lines.add(next);
          throw new AssertionError(
              name + " has ended and said only " + skipped + "; is everything there? " + install);
        }
        String line = next.get();
        if (line.contains(part)) {
          return line;
        }
        skipped.add(line);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Does it print this within a moment? */
  public boolean prints(String part) {
    try {
      Optional<String> next = lines.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null) {
        return false;
      }
      if (next.isEmpty()) {
        lines.add(next);
        return false;
      }
      return next.get().contains(part) || prints(part);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for its end. */
  public void finished() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(name + " fails: " + lines);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
