package dev.clasp.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Does once what the commands do, so that the JVM can record which classes they need and start them
 * from a cache (JEP 514). The build runs it; users do not.
 *
 * <pre>java -XX:AOTCacheOutput=FILE -cp ... dev.clasp.cli.Training</pre>
 */
public final class Training {

  private static final Pattern URL = Pattern.compile("ws://\\S+");
  private static final long PATIENCE_SECONDS = 60;

  private final CompletableFuture<Runnable> stop = new CompletableFuture<>();
  private final CompletableFuture<String> url = new CompletableFuture<>();

  private Training() {}

  /** Ends with 0 if every command did. */
  public static void main(String[] args) throws Exception {
    System.exit(new Training().run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    CompletableFuture<Integer> server =
        CompletableFuture.supplyAsync(() ->
            CommandLines.run(
                terminal(new ReadyLine()), "server", "--port", "0", "--log-level", "warn"));
    server.thenRun(() -> url.completeExceptionally(new IllegalStateException("no server")));
    String router = url.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    boolean ok = true;
    for (List<String> line :
        List.of(
            List.of("set", "/training/float", "0.5"),
            List.of(
                "set", "/training/map", "{\"a\": [1, true, null, \"text\"]}", "--color", "always"),
            List.of("get", "/training/map"),
            List.of("emit", "/training/event", "1"),
            List.of("demo", "--seconds", "300ms", "--quiet"),
            List.of("watch", "/training/**", "--count", "2", "--color", "always"),
            List.of("watch", "/training/**", "--count", "2", "--json"),
            List.of("ping", "-c", "3", "-i", "10ms"),
            List.of("info"))) {
      String[] args = line.toArray(String[]::new);
      ok &= run(terminal(Writer.nullWriter()), router, args) == ExitStatus.OK;
    }
    stop.get(PATIENCE_SECONDS, TimeUnit.SECONDS).run();
    return ok & server.get(PATIENCE_SECONDS, TimeUnit.SECONDS) == ExitStatus.OK;
  }

  private static int run(Terminal terminal, String router, String... args) {
    String[] line = java.util.Arrays.copyOf(args, args.length + 2);
    line[args.length] = "--server";
    line[args.length + 1] = router;
    return CommandLines.run(terminal, line);
  }

  private Terminal terminal(Writer out) {
    return new Terminal(
        InputStream.nullInputStream(),
        new PrintWriter(out),
        new PrintWriter(Writer.nullWriter()),
        Map.of(),
        true,
        true,
        100,
        InstantSource.system(),
        ZoneId.systemDefault(),
        action -> {
          stop.complete(action);
          return () -> {};
        });
  }

  /** Finds the URL in the line of the server. */
  private final class ReadyLine extends Writer {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] chars, int offset, int length) {
      text.append(chars, offset, length);
      Matcher matcher = URL.matcher(text);
      if (text.indexOf("\n") >= 0 && matcher.find()) {
        url.complete(matcher.group());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
