package dev.clasp.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
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
    Thread.ofPlatform().daemon().start(Training::endInAnyCase);
    // What the entry point does before the first command.
    Main.prepare();
    var _ = new ProcessInterrupts().onInterrupt(() -> Runtime.getRuntime().halt(1));
    System.exit(train() ? 0 : 1);
  }

  /** False if a command failed. */
  static boolean train() throws Exception {
    return new Training().run();
  }

  /** A build must not hang because of this. */
  private static void endInAnyCase() {
    try {
      Thread.sleep(Duration.ofMinutes(2));
    } catch (InterruptedException e) {
      // Nobody does.
    }
    Runtime.getRuntime().halt(1);
  }

  private boolean run() throws Exception {
    CompletableFuture<Integer> server =
        CompletableFuture.supplyAsync(
            () -> CommandLines.run(terminal(new ReadyLine()), "server", "--port", "0"));
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
      ok &= run(terminal(OutputStream.nullOutputStream()), router, args) == ExitStatus.OK;
    }
    String page = router.replaceFirst("^ws", "http");
    ok &=
        CommandLines.run(terminal(OutputStream.nullOutputStream()), "healthcheck", "--url", page)
            == ExitStatus.OK;
    stop.get(PATIENCE_SECONDS, TimeUnit.SECONDS).run();
    return ok & server.get(PATIENCE_SECONDS, TimeUnit.SECONDS) == ExitStatus.OK;
  }

  private static int run(Terminal terminal, String router, String... args) {
    String[] line = java.util.Arrays.copyOf(args, args.length + 2);
    line[args.length] = "--server";
    line[args.length + 1] = router;
    return CommandLines.run(terminal, line);
  }

  /** The real variables, with one setting of ours: what reads settings is to be recorded too. */
  private static Map<String, String> surroundings() {
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.keySet().removeIf(name -> name.startsWith("CLASP_"));
    variables.put("CLASP_BIND", "127.0.0.1");
    return variables;
  }

  private Terminal terminal(OutputStream out) {
    return new Terminal(
        InputStream.nullInputStream(),
        new Output(out, StandardCharsets.UTF_8),
        new Output(OutputStream.nullOutputStream(), StandardCharsets.UTF_8),
        surroundings(),
        true,
        true,
        100,
        InstantSource.system(),
        ZoneId::systemDefault,
        action -> {
          stop.complete(action);
          return () -> {};
        });
  }

  /** Finds the URL in the line of the server. */
  private final class ReadyLine extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, length);
      String text = toString(StandardCharsets.UTF_8);
      Matcher matcher = URL.matcher(text);
      if (text.contains("\n") && matcher.find()) {
        url.complete(matcher.group());
      }
    }
  }
}
