package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Values;
import dev.clasp.protocol.Value;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A fader in the terminal: the arrow keys move it, {@code q} ends. What it shows is what the router
 * has, so two of them move together. Arguments: the URL and, if wanted, the address.
 */
final class TerminalFader {

  private static final int WIDTH = 40;
  private static final double STEP = 0.05;
  private static final int ESCAPE = 27;

  private TerminalFader() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    String address = args.length > 1 ? args[1] : "/fader/1";
    String before = keysAtOnce();
    try (ClaspClient client = ClaspClient.builder(args[0]).name("fader").connectBlocking()) {
      client
          .subscribe(address, SubscribeOptions.DEFAULT.withLatestOnly(true), TerminalFader::show)
          .active()
          .join();
      double level = client.blocking().get(address).map(found -> level(found.value())).orElse(0.0);
      for (int key = key(System.in); key != 'q' && key >= 0; key = key(System.in)) {
        double start = client.cached(address).map(found -> level(found.value())).orElse(level);
        level =
            switch (key) {
              case 'A', 'C' -> Math.min(1, start + STEP);
              case 'B', 'D' -> Math.max(0, start - STEP);
              default -> start;
            };
        // Waits for the router, so that the next step begins where this one ended.
        client.blocking().set(address, Math.round(level * 100) / 100.0);
      }
      // The thread that shows it may not have come to the last one.
      client.cached(address).ifPresent(last -> show(address, last.value()));
    } finally {
      stty(before);
      IO.println();
    }
  }

  /** A character, or the letter of an arrow key: A up, B down, C right, D left; -1 at the end. */
  private static int key(InputStream in) throws IOException {
    int first = in.read();
    return first == ESCAPE && in.read() == '[' ? in.read() : first;
  }

  private static void show(Signal signal) {
    if (signal instanceof Signal.Change change) {
      show(change.address(), change.value());
    }
  }

  private static void show(String address, Value value) {
    double level = level(value);
    int filled = (int) Math.round(level * WIDTH);
    IO.print(
        String.format(
            Locale.ROOT,
            "\r%s [%s%s] %3.0f %%",
            address,
            "#".repeat(filled),
            "-".repeat(WIDTH - filled),
            level * 100));
  }

  private static double level(Value value) {
    return Math.clamp(Values.number(value).orElse(0), 0.0, 1.0);
  }

  // --- the terminal ------------------------------------------------------------------------------

  /** Has keys delivered at once and not shown; returns how to undo it. */
  private static String keysAtOnce() throws IOException, InterruptedException {
    if (System.console() == null || !System.console().isTerminal()) {
      return "";
    }
    String before = stty("-g");
    stty("-icanon -echo min 1");
    return before;
  }

  private static String stty(String settings) throws IOException, InterruptedException {
    if (settings.isEmpty()) {
      return "";
    }
    Process process =
        new ProcessBuilder(("stty " + settings).split(" "))
            .redirectInput(new File("/dev/tty"))
            .start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return answer.strip();
  }
}
