package dev.clasp.web;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The paths and bodies that other programs know from the reference (bridges.md 9.2), over the state
 * of the router, and with one mount point for reading and writing.
 */
final class PlainApi {

  /** As programs of the reference expect it. */
  private static final String VERSION = "0.1.0";

  private static final int MAX_LISTED = 100_000;

  private final String namespace;

  PlainApi(String namespace) {
    this.namespace = namespace;
  }

  static boolean needsNobody(String rest) {
    return rest.equals("/health");
  }

  static HttpReply health() {
    return json(
        200,
        map("status", Value.of("ok"), "protocol", Value.of("CLASP"), "version", Value.of(VERSION)));
  }

  CompletableFuture<HttpReply> handle(
      ClaspClient client, RouterSession listener, ApiRequest request, String rest) {
    if (rest.equals("/signals")) {
      if (!request.reads()) {
        throw ProblemException.wrongMethod("GET, HEAD");
      }
      return signals(listener);
    }
    if (rest.isEmpty() || rest.equals("/")) {
      throw new ProblemException(
          Problem.of(404, "not-found", "there is health, signals and the addresses below here"));
    }
    String address = namespace + rest;
    return switch (request.method()) {
      case "GET", "HEAD" ->
          client
              .get(address)
              .thenApply(found ->
                  found
                      .map(parameter ->
                          json(
                                  200,
                                  map(
                                      "address",
                                      Value.of(parameter.address()),
                                      "value",
                                      parameter.value()))
                              .withHeader("ETag", Conditions.tag(parameter.revision())))
                      .orElseThrow(() -> new ProblemException(missing(address))));
      case "PUT" -> {
        Value value = request.value();
        yield client.set(address, value).thenApply(_ -> json(200, done(address, value, "set")));
      }
      case "POST" -> {
        Value value = request.value();
        yield SignalCalls.emit(client, address, value)
            .thenApply(_ -> json(200, done(address, value, "published")));
      }
      case "DELETE" ->
          client
              .get(address)
              .thenCompose(found -> {
                if (found.isEmpty()) {
                  throw new ProblemException(missing(address));
                }
                return StateCalls.erase(client, address, StateCalls.Wish.of(request));
              })
              .thenApply(
                  _ -> json(200, map("address", Value.of(address), "status", Value.of("deleted"))));
      default -> throw ProblemException.wrongMethod("GET, HEAD, PUT, POST, DELETE");
    };
  }

  private CompletableFuture<HttpReply> signals(RouterSession listener) {
    return SignalCalls.list(listener, namespace + "/**", "", MAX_LISTED)
        .thenApply(listed -> {
          List<Parameter> shown = listed.page();
          return json(
              200,
              map(
                  "signals",
                  Value.of(
                      shown.stream()
                          .map(p -> map("address", Value.of(p.address()), "value", p.value()))
                          .toList()),
                  "count",
                  Value.of((long) shown.size())));
        });
  }

  private static Problem missing(String address) {
    return Problem.of(404, "not-found", "Signal not found").at(address);
  }

  private static Value done(String address, Value value, String status) {
    return map("address", Value.of(address), "value", value, "status", Value.of(status));
  }

  private static Value map(Object... pairs) {
    Map<String, Value> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], (Value) pairs[i + 1]);
    }
    return Value.of(map);
  }

  private static HttpReply json(int status, Value value) {
    return new HttpReply(
        status,
        MediaType.JSON.header(),
        SignalJson.text(value, false).getBytes(StandardCharsets.UTF_8));
  }

  static HttpReply problem(Problem problem) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("error", Value.of(problem.detail()));
    problem.address().ifPresent(address -> map.put("address", Value.of(address)));
    return ApiReplies.headed(problem, json(problem.status(), Value.of(map)));
  }
}
