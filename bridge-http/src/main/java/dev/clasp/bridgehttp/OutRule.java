package dev.clasp.bridgehttp;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which signals become requests, and what kind. Immutable.
 *
 * @param match paths below the namespace
 * @param types of signals
 * @param url with places; complete, or behind the base URL
 * @param method empty: PUT for parameters, POST for the rest
 * @param headers with places
 * @param credentials headers for the server of the base URL; empty if it goes elsewhere
 * @param body with places; empty: the value itself
 * @param idempotency whether each request has a key of its own, the same in all attempts
 */
record OutRule(
    PathTemplate match,
    Set<SignalType> types,
    Template url,
    Optional<URI> base,
    Optional<String> method,
    Map<String, Template> headers,
    Map<String, String> credentials,
    Optional<Value> body,
    BodyFormat format,
    Optional<String> contentType,
    Optional<Signature> signature,
    boolean idempotency) {

  static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE");

  /** What a signal becomes; the signature and the key are added when it is sent. */
  record Letter(
      OutRule rule,
      String method,
      URI uri,
      Map<String, String> headers,
      Optional<byte[]> body,
      MappedSignal signal) {}

  /**
   * Makes the request for a signal.
   *
   * @return empty if the rule is not for it
   * @throws IllegalArgumentException what comes out is no request; the message says why
   */
  Optional<Letter> letter(MappedSignal signal) {
    if (!types.contains(signal.type())) {
      return Optional.empty();
    }
    Optional<Map<String, String>> found = match.match(signal.address(), false);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> names = found.get();
    String way = method.orElse(signal.type() == SignalType.PARAM ? "PUT" : "POST");
    URI target =
        absolute(
            url.fill(name ->
                PercentText.encode(
                    text(name, names, signal), name.equals("address") || rest(name, names))));
    Map<String, String> filled = new LinkedHashMap<>();
    headers.forEach((name, template) -> {
      String text = template.fill(place -> text(place, names, signal));
      if (text.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7F || c > 0xFF)) {
        throw new IllegalArgumentException("header " + name + " would have control characters");
      }
      filled.put(name, text);
    });
    if (BODILESS.contains(way) && body.isEmpty()) {
      return Optional.of(new Letter(this, way, target, filled, Optional.empty(), signal));
    }
    filled.putIfAbsent("Content-Type", contentType.orElse(format.contentType()));
    Value content = body.map(tree -> filled(tree, names, signal)).orElse(signal.value());
    return Optional.of(
        new Letter(this, way, target, filled, Optional.of(format.bytes(content)), signal));
  }

  private static boolean rest(String name, Map<String, String> names) {
    return names.getOrDefault(name, "").indexOf('/') >= 0;
  }

  private URI absolute(String text) {
    String whole = base.map(start -> joined(start.toString(), text)).orElse(text);
    URI uri;
    try {
      uri = new URI(whole);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not a URL: " + whole, e);
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("not a URL: " + whole);
    }
    // Who may write an address must not get at other paths of the server with it.
    if (uri.getRawPath().matches("(.*/)?\\.\\.?(/.*)?")) {
      throw new IllegalArgumentException("a URL with . or .. in its path is not asked: " + whole);
    }
    return uri;
  }

  static String joined(String base, String path) {
    String start = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return path.isEmpty() ? start : start + (path.startsWith("/") ? path : "/" + path);
  }

  private static String text(String name, Map<String, String> names, MappedSignal signal) {
    return switch (name) {
      case "address" -> signal.address();
      case "value" -> BodyFormat.text(signal.value());
      case "type" -> signal.type().name().toLowerCase(java.util.Locale.ROOT);
      default ->
          name.startsWith("value:")
              ? BodyFormat.text(part(name, signal))
              : names.getOrDefault(name, "");
    };
  }

  private static Value part(String name, MappedSignal signal) {
    String pointer = name.substring("value:".length());
    return JsonPointer.parse(pointer)
        .find(signal.value())
        .orElseThrow(() -> new IllegalArgumentException("the value has nothing at " + pointer));
  }

  /** A text that is one place and nothing else becomes what stands there, of its own kind. */
  private Value filled(Value tree, Map<String, String> names, MappedSignal signal) {
    return switch (tree) {
      case Value.Text(String text) -> {
        Template template = Template.parse(text, _ -> true);
        Optional<String> only = template.only();
        if (only.isPresent()) {
          yield only.get().equals("value")
              ? signal.value()
              : only.get().startsWith("value:")
                  ? part(only.get(), signal)
                  : Value.of(text(only.get(), names, signal));
        }
        yield Value.of(template.fill(name -> text(name, names, signal)));
      }
      case Value.Array(List<Value> values) -> {
        List<Value> all = new ArrayList<>();
        for (Value each : values) {
          all.add(filled(each, names, signal));
        }
        yield Value.of(all);
      }
      case Value.Map(Map<String, Value> entries) -> {
        Map<String, Value> all = new LinkedHashMap<>();
        entries.forEach((key, each) -> all.put(key, filled(each, names, signal)));
        yield Value.of(all);
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Bytes _ -> tree;
    };
  }

  /**
   * Looks whether every place in a body is known.
   *
   * @throws IllegalArgumentException names one that is not
   */
  static void check(Value tree, java.util.function.Predicate<String> known) {
    switch (tree) {
      case Value.Text(String text) -> Template.parse(text, known);
      case Value.Array(List<Value> values) -> values.forEach(each -> check(each, known));
      case Value.Map(Map<String, Value> entries) ->
          entries.values().forEach(each -> check(each, known));
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _, Value.Bytes _ -> {}
    }
  }
}
