package dev.clasp.discovery;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a device tells a rendezvous server of itself (discovery.md 4.2). Immutable, and within the
 * bounds of 4.6: whatever comes from outside passes through here.
 *
 * @param name for people, may be empty
 * @param endpoints kind to URL
 * @param publicKey kept and returned; nobody looks at it
 * @param tags by which devices are looked for
 * @param metadata anything else
 */
public record Registration(
    String name,
    Map<String, String> endpoints,
    Optional<String> publicKey,
    List<String> features,
    List<String> tags,
    Map<String, String> metadata) {

  static final int MAX_NAME = 128;
  static final int MAX_ENDPOINTS = 16;
  static final int MAX_WORDS = 16;
  static final int MAX_WORD = 64;
  static final int MAX_METADATA = 32;
  static final int MAX_METADATA_VALUE = 256;
  static final int MAX_KEY = 512;

  /** What programs of the reference send that say nothing. */
  public static final Registration DEFAULT =
      new Registration(
          "CLASP Device",
          Map.of(),
          Optional.empty(),
          List.of("param", "event"),
          List.of(),
          Map.of());

  /**
   * @throws IllegalArgumentException something is too long, too much or no plain text, with a
   *     sentence for whoever sent it
   */
  public Registration {
    text("name", name, MAX_NAME);
    publicKey.ifPresent(key -> text("publicKey", key, MAX_KEY));
    count("endpoints", endpoints.size(), MAX_ENDPOINTS);
    endpoints.forEach((kind, url) -> {
      text("the name of an endpoint", kind, MAX_WORD);
      Optional<String> problem = EndpointUrl.problem(kind, url);
      if (problem.isPresent()) {
        throw new IllegalArgumentException("endpoint " + kind + " " + problem.get());
      }
    });
    words("features", features);
    words("tags", tags);
    count("metadata", metadata.size(), MAX_METADATA);
    metadata.forEach((key, value) -> {
      text("a name in metadata", key, MAX_WORD);
      text("metadata " + key, value, MAX_METADATA_VALUE);
    });
    endpoints = Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
    features = List.copyOf(features);
    tags = List.copyOf(tags);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  private static void words(String what, Collection<String> words) {
    count(what, words.size(), MAX_WORDS);
    words.forEach(word -> text("an element of " + what, word, MAX_WORD));
  }

  private static void count(String what, int count, int most) {
    if (count > most) {
      throw new IllegalArgumentException(what + " has more than " + most + " elements");
    }
  }

  private static void text(String what, String text, int most) {
    if (text.length() > most) {
      throw new IllegalArgumentException(what + " is longer than " + most + " characters");
    }
    if (!PlainText.isPlain(text)) {
      throw new IllegalArgumentException(what + " contains control characters");
    }
  }

  /** About as much as it holds in memory, in characters. */
  int size() {
    int size = name.length() + publicKey.map(String::length).orElse(0);
    for (Map<String, String> map : List.of(endpoints, metadata)) {
      for (Map.Entry<String, String> entry : map.entrySet()) {
        size += entry.getKey().length() + entry.getValue().length();
      }
    }
    for (List<String> list : List.of(features, tags)) {
      for (String word : list) {
        size += word.length();
      }
    }
    return size;
  }
}
