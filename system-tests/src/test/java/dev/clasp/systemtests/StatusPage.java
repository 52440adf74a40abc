package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** What the server says about itself at {@code /api/status}. */
record StatusPage(JsonNode json) {

  private static final long POLL_NANOS = 20_000_000;

  static StatusPage read(ServerProcess server) {
    return read(server.page().resolve("api/status"));
  }

  static StatusPage read(URI url) {
    try (InputStream in = url.toURL().openStream()) {
      return new StatusPage(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("no status from " + url, e);
    }
  }

  List<JsonNode> sessions() {
    List<JsonNode> all = new ArrayList<>();
    json.get("sessions").forEach(all::add);
    return all;
  }

  boolean has(String name) {
    return sessions().stream().anyMatch(session -> session.get("name").asText().equals(name));
  }

  /** The session of this name. */
  JsonNode session(String name) {
    return sessions().stream()
        .filter(session -> session.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no session " + name + ": " + json));
  }

  /** One of the counters since the start of the server. */
  long counter(String name) {
    return json.get("counters").get(name).longValue();
  }

  /** Waits until the router has noticed that this session is over. */
  static void awaitGone(ServerProcess server, String name) {
    await(server, "end of session " + name, status -> !status.has(name));
  }

  /** Waits until everything that was set up to then is on the disk; Unix microseconds. */
  static void awaitWritten(ServerProcess server, long micros) {
    await(
        server,
        "write of the state",
        status ->
            status.json.path("persistence").has("written")
                && Instant.parse(status.json.get("persistence").get("written").asText())
                    .isAfter(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).plusMillis(1)));
  }

  /** Waits until the server says of itself what is wanted. */
  static void await(ServerProcess server, String what, Predicate<StatusPage> wanted) {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    for (StatusPage status = read(server); !wanted.test(status); status = read(server)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("no " + what + " within " + Patience.LIMIT + ": " + status);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
