package dev.clasp.server;

import dev.clasp.transport.HttpQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What somebody needs who is to help, in one ZIP: what this is, status, effective settings with
 * secrets masked, health, metrics, the latest lines of log and audit log, and what every thread is
 * doing. Names and addresses of clients are in it, tokens and values are not.
 */
final class Diagnostics {

  private static final String FOLDER = "clasp-diagnostics/";

  private final Map<String, byte[]> files = new LinkedHashMap<>();

  private Diagnostics() {}

  /**
   * @param info the answer to {@code GET /admin/v1/info}
   * @param status the answer to {@code GET /admin/v1/stats}
   */
  static byte[] zip(ClaspServer server, AdminConfig config, byte[] info, byte[] status) {
    Diagnostics all = new Diagnostics();
    all.add("info.json", () -> info);
    all.add("status.json", () -> status);
    config.settings().ifPresent(settings -> all.add("settings.json", settings));
    all.add("ready.json", () -> server.health().handle(verbose("/ready")).body());
    all.add("health.json", () -> server.health().handle(verbose("/health")).body());
    server.companions().stream()
        .flatMap(companion ->
            companion instanceof SidePort side ? side.pages().stream() : Stream.of(companion))
        .filter(MetricsPage.class::isInstance)
        .map(MetricsPage.class::cast)
        .findFirst()
        .ifPresent(page -> all.add("metrics.txt", page::text));
    all.add("log.jsonl", () -> lines(config.events(), EventFeed.LOG));
    all.add("audit.jsonl", () -> lines(config.events(), EventFeed.AUDIT));
    all.add("threads.txt", Diagnostics::threads);
    return all.zip();
  }

  private static HttpQuery verbose(String path) {
    return new HttpQuery(
        InetSocketAddress.createUnresolved("localhost", 0),
        "GET",
        path,
        "verbose",
        Map.of(),
        new byte[0]);
  }

  /** One that cannot be had says so instead of taking the others with it. */
  private void add(String name, Supplier<byte[]> content) {
    byte[] bytes;
    try {
      bytes = content.get();
    } catch (RuntimeException e) {
      bytes = ("cannot be told: " + e + "\n").getBytes(StandardCharsets.UTF_8);
    }
    files.put(name, bytes);
  }

  private static byte[] lines(EventFeed feed, String kind) {
    StringBuilder text = new StringBuilder();
    for (EventFeed.Event event : feed.after(0, Integer.MAX_VALUE, Set.of(kind))) {
      text.append(event.json()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Virtual threads are not among them. */
  private static byte[] threads() {
    Map<String, String> all = new TreeMap<>();
    Thread.getAllStackTraces()
        .forEach((thread, stack) -> {
          StringBuilder text =
              new StringBuilder()
                  .append('"')
                  .append(thread.getName())
                  .append("\" ")
                  .append(thread.getState())
                  .append('\n');
          for (StackTraceElement frame : stack) {
            text.append("    at ").append(frame).append('\n');
          }
          all.merge(thread.getName(), text.append('\n').toString(), String::concat);
        });
    return (Instant.now() + "\n\n" + String.join("", all.values()))
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] zip() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 << 10);
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(FOLDER + file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
