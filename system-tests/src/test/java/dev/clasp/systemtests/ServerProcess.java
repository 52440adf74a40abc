package dev.clasp.systemtests;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The real {@code clasp server}, in a process of its own. */
final class ServerProcess implements AutoCloseable {

  /** The one line that it prints when it is ready. */
  private static final Pattern READY =
      Pattern.compile("CLASP router ready: (wss?://[^\\s,]+:(\\d+))\\b.* (https?://\\S+/).*");

  private final List<String> options;
  private final Program program;
  private final Received<String> lines;
  private final URI url;
  private final URI page;
  private final int port;

  private ServerProcess(
      List<String> options, Program program, Received<String> lines, Matcher ready) {
    this.options = options;
    this.program = program;
    this.lines = lines;
    this.url = URI.create(ready.group(1));
    this.port = Integer.parseInt(ready.group(2));
    this.page = URI.create(ready.group(3));
  }

  /** Starts a server on a free port; it is ready when this returns. */
  static ServerProcess start(String... options) {
    return start(0, List.of(options));
  }

  /**
   * Starts a server elsewhere, for example in a network of its own.
   *
   * @param place makes the command line for there
   */
  static ServerProcess startIn(UnaryOperator<List<String>> place, String... options) {
    return start(0, List.of(options), place);
  }

  /** Tests that run under nohup hand on that SIGHUP is ignored; services begin without that. */
  static List<String> withHangup(List<String> command) {
    return Stream.concat(Stream.of("env", "--default-signal=HUP"), command.stream()).toList();
  }

  /** Starts the server of another installation, by the path of its {@code clasp}. */
  static ServerProcess startProgram(String program) {
    return startIn(command -> {
      List<String> own = command.subList(command.indexOf("server"), command.size());
      return Stream.concat(Stream.of(program), own.stream()).toList();
    });
  }

  /**
   * Starts a server on a port that nobody takes while it restarts: below those that systems give to
   * outgoing connections.
   */
  static ServerProcess startForRestarts(String... options) {
    for (int tries = 1; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try {
        return start(port, List.of(options));
      } catch (AssertionError e) {
        // Taken, most likely: the server has said so in the message.
        if (tries == 5) {
          throw e;
        }
      }
    }
  }

  private static ServerProcess start(int port, List<String> options) {
    return start(port, options, UnaryOperator.identity());
  }

  private static ServerProcess start(
      int port, List<String> options, UnaryOperator<List<String>> place) {
    Received<String> lines = new Received<>("clasp server");
    List<String> flags =
        Stream.concat(Stream.of("--port", String.valueOf(port)), options.stream()).toList();
    Program program =
        Program.start(
            "clasp server " + String.join(" ", flags),
            place.apply(Installation.server(flags)),
            lines::add,
            () -> lines.end("it ended"));
    try {
      Matcher ready =
          lines.awaitAnswer(
              "line that says it is ready",
              Patience.START,
              all -> all.stream().map(READY::matcher).filter(Matcher::matches).findFirst());
      return new ServerProcess(options, program, lines, ready);
    } catch (AssertionError e) {
      program.stop();
      throw new AssertionError(e.getMessage() + "\n" + program.transcript(), e);
    }
  }

  /** Stops it if it runs, and starts another with the same options on the same port. */
  ServerProcess restart() {
    close();
    return start(port, options);
  }

  /**
   * Stops it if it runs, and starts another program with the same options on the same port.
   *
   * @param other makes the command line of that program of this one's
   */
  ServerProcess restartAs(UnaryOperator<List<String>> other) {
    close();
    return start(port, options, other);
  }

  /** {@code ws://localhost:port}, or {@code wss}, as the server prints it. */
  URI url() {
    return url;
  }

  /** The same port with another scheme. */
  URI url(String scheme) {
    return URI.create(scheme + "://localhost:" + port);
  }

  /** {@code http://localhost:port/}. */
  URI page() {
    return page;
  }

  int port() {
    return port;
  }

  /** Ends it without a word to anybody. */
  void kill() {
    program.crash();
  }

  /** Waits for a line that it prints to its standard output. */
  Matcher awaitLine(Pattern wanted) {
    return lines.awaitAnswer(
        "line like " + wanted,
        all -> all.stream().map(wanted::matcher).filter(Matcher::matches).findFirst());
  }

  boolean running() {
    return program.running();
  }

  String transcript() {
    return program.transcript();
  }

  /** Everything that it printed, its log included. */
  String printed() {
    return program.printed();
  }

  /** Less than ten seconds. */
  private static final Pattern SHORT_STALL =
      Pattern.compile(" LoopWatch: .* has not turned for [0-9]{1,4} ms");

  /**
   * What it complained about in its log: there is no such thing in a good run, whatever peers do.
   * That a loop stood still for some seconds says more of a busy machine than of the server.
   */
  Optional<String> complaint() {
    return program
        .transcript()
        .lines()
        .filter(line -> line.contains(" ERROR ") && !SHORT_STALL.matcher(line).find())
        .findFirst();
  }

  /** Sends it a signal: {@code HUP}. */
  void signal(String name) {
    program.signal(name);
  }

  /** Waits until it has logged something that matches. */
  void awaitLog(String pattern) {
    Pattern wanted = Pattern.compile(pattern);
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!wanted.matcher(printed()).find()) {
      if (System.nanoTime() - end > 0 || !running()) {
        throw new AssertionError("it did not log " + pattern + "\n" + transcript());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Waits until it has ended; returns its exit status. */
  int awaitEnd() {
    return program.awaitEnd();
  }

  /** Stops it as Ctrl-C does; returns its exit status. */
  int stop() {
    return program.stop();
  }

  @Override
  public void close() {
    program.stop();
  }
}
