package dev.clasp.web;

import dev.clasp.client.Parameter;
import dev.clasp.protocol.Value;
import dev.clasp.transport.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is answered. */
final class ApiReplies {

  private static final byte[] NOTHING = {};

  private ApiReplies() {}

  /** A document in the form that the client likes. */
  static HttpReply document(ApiRequest request, int status, Value document) {
    MediaType type = request.answer();
    return new HttpReply(
        status,
        type.bare() ? MediaType.JSON.header() : type.header(),
        (type.bare() ? MediaType.JSON : type).write(document, request.lossless()));
  }

  /** A parameter, or only its value, with its tag. */
  static HttpReply parameter(ApiRequest request, int status, Parameter parameter) {
    MediaType type = request.answer();
    Value document = type.bare() ? parameter.value() : SignalJson.parameter(parameter);
    return new HttpReply(status, type.header(), type.write(document, request.lossless()))
        .withHeader("ETag", Conditions.tag(parameter.revision()))
        .withHeader("Cache-Control", "private, no-cache")
        .withHeader("Vary", "Accept, Authorization, Origin");
  }

  static HttpReply notModified(long revision) {
    return new HttpReply(304, MediaType.JSON.header(), NOTHING)
        .withHeader("ETag", Conditions.tag(revision))
        .withHeader("Cache-Control", "private, no-cache")
        .withHeader("Vary", "Accept, Authorization, Origin");
  }

  static HttpReply empty(int status) {
    return new HttpReply(status, "text/plain; charset=utf-8", NOTHING);
  }

  /** A problem (RFC 9457). */
  static HttpReply problem(Problem problem) {
    return headed(
        problem,
        new HttpReply(
            problem.status(),
            "application/problem+json",
            (SignalJson.text(document(problem), false) + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  static Value document(Problem problem) {
    Map<String, Value> map = new LinkedHashMap<>();
    map.put("type", Value.of("urn:clasp:problem:" + problem.type()));
    map.put("title", Value.of(problem.title()));
    map.put("status", Value.of((long) problem.status()));
    map.put("detail", Value.of(problem.detail()));
    problem.address().ifPresent(address -> map.put("address", Value.of(address)));
    problem.code().ifPresent(code -> map.put("code", Value.of((long) code)));
    return Value.of(map);
  }

  /** The same with the headers that belong to it. */
  static HttpReply headed(Problem problem, HttpReply reply) {
    HttpReply headed = reply;
    if (problem.status() == 401) {
      headed =
          headed.withHeader(
              "WWW-Authenticate",
              problem.detail().contains("none was given")
                  ? "Bearer"
                  : "Bearer error=\"invalid_token\"");
    }
    if (problem.retryAfterSeconds().isPresent()) {
      headed = headed.withHeader("Retry-After", "" + problem.retryAfterSeconds().getAsInt());
    }
    return headed;
  }
}
