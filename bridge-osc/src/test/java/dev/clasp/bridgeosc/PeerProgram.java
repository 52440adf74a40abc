package dev.clasp.bridgeosc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real program that speaks OSC, and what it prints. */
final class PeerProgram implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;
  private static final long MOMENT_MILLIS = 100;

  private final Process process;
  private final String name;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private PeerProgram(Process process, String name) {
    this.process = process;
    this.name = name;
    Thread.ofVirtual().start(this::read);
  }

  /**
   * @param install what brings the program, for the message if it is missing
   */
  static PeerProgram start(String install, Path folder, List<String> command) {
    try {
      return new PeerProgram(
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start(),
          command.getFirst());
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs the program " + command.getFirst() + ": " + install, e);
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // It has been ended.
    }
  }

  void type(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line with this in it; those before it are skipped. */
  String awaitLine(String part) {
    List<String> skipped = new ArrayList<>();
    try {
      while (true) {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError(name + " does not print " + part + ", only " + skipped);
        }
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
  boolean prints(String part) {
    try {
      String line = lines.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
      return line != null && (line.contains(part) || prints(part));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for its end. */
  void finished() {
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
