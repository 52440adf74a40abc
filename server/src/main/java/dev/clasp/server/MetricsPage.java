package dev.clasp.server;

import dev.clasp.security.Action;
import dev.clasp.security.Scopes;
import dev.clasp.server.ApiAccess.Answer;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics}: what the server measures, for Prometheus and whatever else reads its text
 * format 0.0.4 or OpenMetrics 1.0 (docs/metrics.md).
 *
 * <p>Who may see it: on an open router everybody who reaches it; if tokens are wanted, whoever has
 * one that may read {@value #ADDRESS}, an address that exists only in scopes.
 *
 * <p>Written on a thread of its own, one answer after the other: a scraper delays no signals.
 */
public final class MetricsPage implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);

  /** Where it is. */
  static final String PATH = "/metrics";

  /** What a token must be allowed to read. */
  public static final String ADDRESS = "/clasp/metrics";

  private static final byte[] ADDRESS_BYTES = ADDRESS.getBytes(StandardCharsets.UTF_8);

  /** Scrapers that wait. */
  private static final int MAX_WAITING = 8;

  private final ClaspServer server;
  private final ServerMetrics metrics;
  private final ExpositionFormatWriter text = PrometheusTextFormatWriter.create();
  private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("clasp-metrics").factory());

  private MetricsPage(ClaspServer server, ConfigReloads reloads) {
    this.server = server;
    this.metrics = new ServerMetrics(server, reloads);
    worker.allowCoreThreadTimeOut(true);
  }

  /**
   * Makes the page for a server.
   *
   * @param reloads counted by whoever reads the configuration again
   */
  public static Factory factory(ConfigReloads reloads) {
    return server -> new MetricsPage(server, reloads);
  }

  @Override
  public String name() {
    return "metrics";
  }

  @Override
  public boolean has(String path) {
    return path.equals(PATH);
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      answer.accept(
          HttpReply.text(405, "only GET and HEAD are served here\n")
              .withHeader("Allow", "GET, HEAD"));
    } else if (!server.config().effectiveOrigins().allowsHost(query.header("host").orElse(null))) {
      answer.accept(
          HttpReply.text(
              403,
              "metrics are not shown under this host name; use the address or localhost, or allow"
                  + " the origin in the router's settings\n"));
    } else {
      server
          .access()
          .reader(
              query,
              given -> {
                switch (given) {
                  case Answer.Denied(HttpReply reply) -> answer.accept(reply);
                  case Answer.Granted(Scopes scopes) -> {
                    if (scopes.permit(Action.READ, ADDRESS_BYTES, 0, ADDRESS_BYTES.length)) {
                      write(query, answer);
                    } else {
                      answer.accept(
                          HttpReply.text(
                                  403, "this needs a token with the scope read:" + ADDRESS + "\n")
                              .withHeader(
                                  "WWW-Authenticate", "Bearer error=\"insufficient_scope\""));
                    }
                  }
                }
              });
    }
  }

  private void write(HttpQuery query, Consumer<HttpReply> answer) {
    try {
      worker.execute(() -> {
        HttpReply reply;
        try {
          reply = page(query);
        } catch (RuntimeException e) {
          LOG.error("the metrics cannot be shown", e);
          reply = HttpReply.text(500, "internal error\n");
        }
        answer.accept(reply);
      });
    } catch (RejectedExecutionException e) {
      answer.accept(
          HttpReply.text(503, "too many are asking at once\n").withHeader("Retry-After", "1"));
    }
  }

  private HttpReply page(HttpQuery query) {
    String accept = query.header("accept").orElse("").toLowerCase(Locale.ROOT);
    ExpositionFormatWriter writer =
        accept.contains("application/openmetrics-text") ? openMetrics : text;
    boolean gzip =
        query.header("accept-encoding").orElse("").toLowerCase(Locale.ROOT).contains("gzip");
    HttpReply reply =
        new HttpReply(200, writer.getContentType(), bytes(writer, metrics.snapshot(), gzip))
            .withHeader("Cache-Control", "no-store")
            .withHeader("Vary", "Accept, Accept-Encoding");
    return gzip ? reply.withHeader("Content-Encoding", "gzip") : reply;
  }

  /** The page in the text format of Prometheus. */
  byte[] text() {
    return bytes(text, metrics.snapshot(), false);
  }

  private static byte[] bytes(
      ExpositionFormatWriter writer, MetricSnapshots snapshots, boolean gzip) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 << 10);
    try (OutputStream out = gzip ? new FastGzip(bytes) : bytes) {
      writer.write(out, snapshots);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Text that repeats itself so much needs no effort. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  @Override
  public void close() {
    worker.shutdown();
  }
}
