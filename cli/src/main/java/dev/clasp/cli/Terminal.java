package dev.clasp.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a command sees of the world around it: its streams, the environment, whether a person looks
 * at the output, and interrupts. Tests hand in their own.
 *
 * @param in standard input
 * @param out results; not flushed by itself
 * @param err what is not a result: errors, notes
 * @param environment variables
 * @param outIsTerminal a person reads stdout
 * @param errIsTerminal a person reads stderr
 * @param columns width of the terminal
 * @param clock wall clock, for the times of what is printed
 * @param zones says which zone times of day are in; asked late, because reading the zones takes as
 *     long as a short command
 * @param interrupts SIGINT and SIGTERM
 */
record Terminal(
    InputStream in,
    Output out,
    Output err,
    Map<String, String> environment,
    boolean outIsTerminal,
    boolean errIsTerminal,
    int columns,
    InstantSource clock,
    Supplier<ZoneId> zones,
    Interrupts interrupts) {

  private static final int DEFAULT_COLUMNS = 80;

  /** This process. The launcher says which streams are terminals, because Java cannot. */
  static Terminal system(Interrupts interrupts) {
    String told = System.getProperty("clasp.terminals");
    boolean out;
    boolean err;
    if (told != null) {
      Set<String> terminals = Set.of(told.split(",", -1));
      out = terminals.contains("stdout");
      err = terminals.contains("stderr");
    } else {
      Console console = System.console();
      out = console != null && console.isTerminal();
      err = out;
    }
    return new Terminal(
        System.in,
        output(FileDescriptor.out, "stdout.encoding"),
        output(FileDescriptor.err, "stderr.encoding"),
        System.getenv(),
        out,
        err,
        Integer.getInteger("clasp.columns", DEFAULT_COLUMNS),
        InstantSource.system(),
        ZoneId::systemDefault,
        interrupts);
  }

  /** For times of day. */
  ZoneId zone() {
    return zones.get();
  }

  /** Wall-clock time in Unix microseconds. */
  long unixMicros() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  private static Output output(FileDescriptor descriptor, String encodingProperty) {
    return new Output(
        new FileOutputStream(descriptor),
        Charset.forName(System.getProperty(encodingProperty, ""), StandardCharsets.UTF_8));
  }
}
