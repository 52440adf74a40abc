package dev.clasp.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A world for one command line, with the streams kept and an interrupt that a test may send. */
final class TestTerminal {

  /** Generous: tests share the machine with other builds. */
  static final long LIMIT_SECONDS = 60;

  /** Commands that wait for a router to answer. */
  private static final Set<String> TALKING =
      Set.of("set", "get", "emit", "watch", "ping", "peer", "send", "list", "listen", "console");

  static final Instant NOW = Instant.parse("2025-01-31T18:30:00.123Z");

  private final PipedInputStream in = new PipedInputStream();
  private final Recorder out = new Recorder();
  private final Recorder err = new Recorder();
  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> interruptible = new CompletableFuture<>();
  private final List<Runnable> hangups = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> hearsHangups = new CompletableFuture<>();
  private final Terminal terminal;

  TestTerminal() {
    this(Map.of(), false);
  }

  TestTerminal(Map<String, String> environment, boolean person) {
    terminal =
        new Terminal(
            in,
            new Output(out, StandardCharsets.UTF_8),
            new Output(err, StandardCharsets.UTF_8),
            environment,
            person,
            person,
            100,
            InstantSource.fixed(NOW),
            () -> ZoneOffset.UTC,
            new Interrupts() {
              @Override
              public Registration onInterrupt(Runnable action) {
                actions.add(action);
                interruptible.complete(null);
                return () -> actions.remove(action);
              }

              @Override
              public Registration onHangup(Runnable action) {
                hangups.add(action);
                hearsHangups.complete(null);
                return () -> hangups.remove(action);
              }
            });
  }

  Terminal terminal() {
    return terminal;
  }

  /** Runs a command line to its end. */
  int run(String... args) {
    try {
      return start(args).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("did not end; so far: " + out() + err(), e);
    }
  }

  /** With more time for the router than a user grants it: tests share the machine. */
  private static String[] patient(String... args) {
    int words = 0;
    while (words < args.length && TALKING.contains(args[words])) {
      words++;
    }
    if (words == 0 || args[0].equals("peer") && words < 2) {
      return args;
    }
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(words, List.of("--answer-timeout", LIMIT_SECONDS / 2 + "s"));
    return all.toArray(String[]::new);
  }

  /** Runs a command line on a thread of its own. */
  CompletableFuture<Integer> start(String... args) {
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("command-line")
        .start(() -> {
          try {
            status.complete(CommandLines.run(terminal, patient(args)));
          } catch (RuntimeException | Error e) {
            status.completeExceptionally(e);
          }
        });
    return status;
  }

  /** What SIGINT does; waits until the command listens. */
  void interrupt() throws Exception {
    interruptible.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    actions.forEach(Runnable::run);
  }

  /** What SIGHUP does; waits until the command listens. */
  void hangUp() throws Exception {
    hearsHangups.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    hangups.forEach(Runnable::run);
  }

  /** From now on nobody reads stdout. */
  void closeOut() {
    out.failWith("Broken pipe");
  }

  /** From now on stdout has no room. */
  void fillOut() {
    out.failWith("No space left on device");
  }

  /** What a person types before the command asks for it. */
  void type(String line) throws IOException {
    new PipedOutputStream(in).write(line.getBytes(StandardCharsets.UTF_8));
  }

  /** Ends standard input. */
  void closeIn() throws IOException {
    new PipedOutputStream(in).close();
  }

  String out() {
    return out.text();
  }

  String err() {
    return err.text();
  }

  List<String> lines() {
    return out().lines().toList();
  }

  /** Waits until stdout is as wanted. */
  String awaitOut(Predicate<String> wanted) throws Exception {
    return out.await(wanted);
  }

  /** Waits until stderr is as wanted. */
  String awaitErr(Predicate<String> wanted) throws Exception {
    return err.await(wanted);
  }

  /** Keeps what is written; can be waited for. */
  private static final class Recorder extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private String failure = "";

    @Override
    public synchronized void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] b, int offset, int length) throws IOException {
      if (!failure.isEmpty()) {
        throw new IOException(failure);
      }
      bytes.write(b, offset, length);
      notifyAll();
    }

    synchronized void failWith(String message) {
      failure = message;
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    synchronized String await(Predicate<String> wanted) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (!wanted.test(text())) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("did not come; so far: " + text());
        }
        wait(left);
      }
      return text();
    }
  }
}
