package dev.clasp.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clasp.transport.HttpHandler;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether the process works, whether new clients should come, and whether it has started
 * (docs/health.md). Tells no secrets and no addresses, so that everybody may ask.
 */
final class HealthPages implements HttpHandler {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> LIVE = Set.of("/health", "/healthz", "/livez");
  private static final Set<String> READY = Set.of("/ready", "/readyz");
  private static final Set<String> STARTUP = Set.of("/startup", "/startupz");

  /** A check that is passed. */
  static final String OK = "ok";

  /** Where a server is in its life. */
  enum Phase {
    STARTING,
    RUNNING,
    DRAINING
  }

  /** What is asked. Any thread. */
  interface Source {

    Phase phase();

    /** Do the event loops turn? */
    boolean turning();

    /** {@value #OK} or what is wrong, in a few words, by name: {@code listener.quic}. */
    Map<String, String> checks();

    long uptimeSeconds();
  }

  private record Verdict(boolean good, String word) {}

  private final Source source;

  HealthPages(Source source) {
    this.source = source;
  }

  static boolean has(String path) {
    return LIVE.contains(path) || READY.contains(path) || STARTUP.contains(path);
  }

  /** All paths. */
  static List<String> paths() {
    return List.of("/health", "/healthz", "/livez", "/ready", "/readyz", "/startup", "/startupz");
  }

  @Override
  public HttpReply handle(HttpQuery query) {
    if (!has(query.path())) {
      return HttpReply.text(404, "there is nothing here\n");
    }
    if (!query.method().equals("GET") && !query.method().equals("HEAD")) {
      return HttpReply.text(405, "only GET and HEAD are served here\n")
          .withHeader("Allow", "GET, HEAD");
    }
    Map<String, String> checks = source.checks();
    Verdict verdict =
        LIVE.contains(query.path())
            ? live()
            : READY.contains(query.path()) ? ready(checks) : startup();
    int status = verdict.good() ? 200 : 503;
    HttpReply reply =
        wantsDetail(query)
            ? new HttpReply(status, "application/json", detail(verdict, checks))
            : HttpReply.text(status, verdict.word() + "\n");
    return reply.withHeader("Cache-Control", "no-store");
  }

  private Verdict live() {
    return source.turning() ? new Verdict(true, "ok") : new Verdict(false, "stuck");
  }

  private Verdict ready(Map<String, String> checks) {
    return switch (source.phase()) {
      case STARTING -> new Verdict(false, "starting");
      case DRAINING -> new Verdict(false, "stopping");
      case RUNNING ->
          checks.values().stream().allMatch(OK::equals)
              ? new Verdict(true, "ready")
              : new Verdict(false, "not ready");
    };
  }

  private Verdict startup() {
    return source.phase() == Phase.STARTING
        ? new Verdict(false, "starting")
        : new Verdict(true, "started");
  }

  private static boolean wantsDetail(HttpQuery query) {
    for (String part : query.query().split("&", -1)) {
      if (part.equals("verbose") || part.startsWith("verbose=")) {
        return true;
      }
    }
    return query.header("accept").filter(accept -> accept.contains("application/json")).isPresent();
  }

  private byte[] detail(Verdict verdict, Map<String, String> checks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("status", verdict.word());
      json.writeStringField("version", Version.number());
      json.writeNumberField("uptime_s", source.uptimeSeconds());
      json.writeObjectFieldStart("checks");
      for (Map.Entry<String, String> check : checks.entrySet()) {
        json.writeStringField(check.getKey(), check.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
