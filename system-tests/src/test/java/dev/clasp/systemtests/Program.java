package dev.clasp.systemtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A started program: its lines are read as they come, the last of them are kept for failure
 * messages, and it never outlives the tests.
 */
final class Program implements AutoCloseable {

  private static final int KEPT_LINES = 60;

  /** For what is still in the pipe when a program has ended. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** Of everything that was printed; more than that no test has a use for. */
  private static final int KEPT_CHARACTERS = 4 << 20;

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Program::kill)));
  }

  private final String name;
  private final Process process;
  private final Writer input;
  private final List<Thread> readers = new ArrayList<>();
  private final Deque<String> transcript = new ArrayDeque<>();
  private final StringBuilder printed = new StringBuilder();

  private Program(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Starts a program.
   *
   * @param line called for each line of its standard output
   * @param end called when there are no more
   */
  static Program start(String name, List<String> command, Consumer<String> line, Runnable end) {
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new AssertionError(
          "cannot start "
              + name
              + " ("
              + e.getMessage()
              + "): run ./verify, which installs what the tests need",
          e);
    }
    RUNNING.add(process);
    Program program = new Program(name, process);
    program.read(process.inputReader(StandardCharsets.UTF_8), "", line, end);
    program.read(process.errorReader(StandardCharsets.UTF_8), "! ", ignored -> {}, () -> {});
    return program;
  }

  private void read(BufferedReader lines, String mark, Consumer<String> line, Runnable end) {
    // Pipes are not for virtual threads: CONTRIBUTING.md says why.
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .unstarted(() -> {
              try (lines) {
                for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                  keep(mark + next);
                  line.accept(next);
                }
              } catch (IOException e) {
                keep(mark + "(" + e.getMessage() + ")");
              } finally {
                end.run();
              }
            });
    readers.add(reader);
    reader.start();
  }

  private void keep(String line) {
    synchronized (transcript) {
      if (printed.length() < KEPT_CHARACTERS) {
        printed.append(line).append('\n');
      }
      transcript.add(line.length() > 500 ? line.substring(0, 500) + "..." : line);
      if (transcript.size() > KEPT_LINES) {
        transcript.removeFirst();
      }
    }
  }

  /** Writes a line to its standard input. */
  void write(String line) {
    synchronized (input) {
      try {
        input.write(line + "\n");
        input.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(name + " does not read any more:\n" + transcript(), e);
      }
    }
  }

  boolean running() {
    return process.isAlive();
  }

  /** Its last lines, those of the standard error marked. */
  String transcript() {
    synchronized (transcript) {
      return "--- "
          + name
          + (running() ? "" : " (ended with " + process.exitValue() + ")")
          + "\n"
          + String.join("\n", transcript)
          + "\n";
    }
  }

  /** All its lines, those of the standard error marked. */
  String printed() {
    synchronized (transcript) {
      return printed.toString();
    }
  }

  /** The process that it has started, by its number here; there is one. */
  long child() {
    return process.children().findFirst().orElseThrow().pid();
  }

  /** Waits for its end without asking for it; returns its exit status. */
  int awaitExit() {
    return awaitEnd();
  }

  /** Asks it to stop, as Ctrl-C does, and waits for the end; returns its exit status. */
  int stop() {
    process.destroy();
    return awaitEnd();
  }

  /** Sends it a signal: {@code HUP}. */
  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it without asking, as a crash does. */
  void crash() {
    kill(process);
    awaitEnd();
  }

  /** Ends its input and waits for the end. */
  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      // It has gone already.
    }
    awaitEnd();
  }

  /** Waits until it has ended, for so long as programs may take; returns its exit status. */
  int awaitEnd() {
    try {
      if (!process.waitFor(Patience.END.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        process.waitFor();
      }
      // What it printed last is on its way still; children of it may hold the pipe open.
      for (Thread reader : readers) {
        reader.join(LAST_WORDS);
      }
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
    }
    RUNNING.remove(process);
    return process.isAlive() ? -1 : process.exitValue();
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
