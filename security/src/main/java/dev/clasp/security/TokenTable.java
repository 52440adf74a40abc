package dev.clasp.security;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tokens of one source by their digests. Immutable.
 *
 * @param byId the same by {@link TokenEntry#id}
 * @param warnings what the operator should know about the source, without secrets
 */
record TokenTable(
    Map<TokenDigest, TokenEntry> entries,
    Map<String, List<TokenEntry>> byId,
    List<String> warnings) {

  /** Tokens of one source. */
  static final int MAX = 100_000;

  TokenTable(Map<TokenDigest, TokenEntry> entries, List<String> warnings) {
    this(
        Map.copyOf(entries),
        entries.values().stream()
            .collect(Collectors.groupingBy(TokenEntry::id, Collectors.toUnmodifiableList())),
        List.copyOf(warnings));
  }

  Optional<TokenEntry> find(TokenDigest digest) {
    return Optional.ofNullable(entries.get(digest));
  }

  /** Usually one: ids have only 32 bits. */
  List<TokenEntry> named(String id) {
    return byId.getOrDefault(id, List.of());
  }
}
