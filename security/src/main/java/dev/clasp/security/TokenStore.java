package dev.clasp.security;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The tokens that {@code clasp token} keeps, in the JSON of the reference (operations.md 8.3.1), so
 * that either program reads what the other wrote. What only the other knows stays as it is. Ours
 * alone are {@code not_before}, and {@code sha256:…} in the place of a token.
 *
 * <p>Not thread-safe.
 */
public final class TokenStore {

  /** Bytes of a file. */
  static final int MAX_BYTES = 32 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxStringLength(16 << 10)
                          .maxNameLength(1 << 10)
                          .maxDocumentLength(MAX_BYTES)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ObjectNode root;
  private final ObjectNode tokens;

  /** By key, in the order of the file. */
  private final Map<String, StoredToken> entries = new java.util.LinkedHashMap<>();

  private TokenStore(ObjectNode root, ObjectNode tokens) {
    this.root = root;
    this.tokens = tokens;
  }

  /** Without a token. */
  public static TokenStore empty() {
    ObjectNode root = JSON.createObjectNode();
    return new TokenStore(root, root.putObject("tokens"));
  }

  /**
   * Reads a store.
   *
   * @throws TokenFormatException saying where it is not one
   */
  public static TokenStore parse(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      // Not its message: that shows what is in the file.
      String where =
          e.getLocation() == null
              ? ""
              : " at line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr();
      throw new TokenFormatException(
          "it is not valid JSON, or has a name twice" + where + "; repair or restore it");
    }
    if (!(root instanceof ObjectNode object)
        || !(object.get("tokens") instanceof ObjectNode tokens)) {
      throw new TokenFormatException("it is no token store: an object 'tokens' is missing");
    }
    if (tokens.size() > TokenTable.MAX) {
      throw new TokenFormatException("there are more than " + TokenTable.MAX + " tokens");
    }
    TokenStore store = new TokenStore(object, tokens);
    int number = 0;
    for (Map.Entry<String, JsonNode> field : tokens.properties()) {
      number++;
      store.entries.put(field.getKey(), stored(number, field.getKey(), field.getValue()));
    }
    return store;
  }

  private static StoredToken stored(int number, String key, JsonNode node) {
    String where = "token " + number;
    Optional<TokenDigest> hashed = TokenDigest.parse(key);
    Optional<String> violation = hashed.isPresent() ? Optional.empty() : Cpsk.violation(key);
    if (violation.isPresent()) {
      throw new TokenFormatException(where + ": " + violation.get());
    }
    TokenDigest digest = hashed.orElseGet(() -> TokenDigest.of(key));
    where = where + " (" + digest.id() + ")";
    if (!node.isObject()) {
      throw new TokenFormatException(where + " must be an object");
    }
    JsonNode token = node.get("token");
    if (token != null && !(token.isTextual() && token.textValue().equals(key))) {
      throw new TokenFormatException(where + ": 'token' must be the same as the name of the entry");
    }
    JsonNode subject = present(node, "subject");
    if (subject != null && !subject.isTextual()) {
      throw new TokenFormatException(where + ": 'subject' must be a text");
    }
    TokenEntry entry =
        new TokenEntry(
            digest,
            Optional.ofNullable(subject).map(JsonNode::textValue),
            scopes(where, node.get("scopes")),
            seconds(where, node, "not_before"),
            seconds(where, node, "expires_at"),
            seconds(where, node, "created_at"),
            metadata(where, present(node, "metadata")));
    return new StoredToken(hashed.isPresent() ? Optional.empty() : Optional.of(key), entry);
  }

  private static @org.jspecify.annotations.Nullable JsonNode present(JsonNode node, String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private static Scopes scopes(String where, @org.jspecify.annotations.Nullable JsonNode node) {
    if (!(node instanceof ArrayNode array)) {
      throw new TokenFormatException(where + ": 'scopes' must be a list of texts");
    }
    List<Scope> scopes = new ArrayList<>();
    for (JsonNode scope : array) {
      if (!scope.isTextual()) {
        throw new TokenFormatException(where + ": 'scopes' must be a list of texts");
      }
      if (scopes.size() == Scopes.MAX) {
        throw new TokenFormatException(where + ": a token has at most " + Scopes.MAX + " scopes");
      }
      try {
        scopes.add(Scope.parse(scope.textValue()));
      } catch (ScopeException e) {
        throw new TokenFormatException(where + ": " + e.getMessage());
      }
    }
    return Scopes.of(scopes);
  }

  private static OptionalLong seconds(String where, JsonNode node, String name) {
    JsonNode value = present(node, name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new TokenFormatException(where + ": '" + name + "' must be Unix seconds");
    }
    return OptionalLong.of(value.longValue());
  }

  private static Map<String, String> metadata(
      String where, @org.jspecify.annotations.Nullable JsonNode node) {
    Map<String, String> metadata = new HashMap<>();
    if (node == null) {
      return metadata;
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw new TokenFormatException(where + ": 'metadata' must be a map of texts");
      }
      metadata.put(field.getKey(), field.getValue().textValue());
    }
    if (!node.isObject()) {
      throw new TokenFormatException(where + ": 'metadata' must be a map of texts");
    }
    return metadata;
  }

  /** All tokens, the oldest first. */
  public List<StoredToken> tokens() {
    return entries.values().stream()
        .sorted(Comparator.comparingLong(stored -> stored.entry().createdAt().orElse(0)))
        .toList();
  }

  /**
   * Adds a token.
   *
   * @param secret without it only the digest is kept
   * @throws IllegalArgumentException the store has it already, or it has no scope in text form
   */
  public void add(Optional<String> secret, TokenEntry entry) {
    String key = secret.orElseGet(() -> entry.digest().text());
    if (entries.containsKey(key) || entries.containsKey(entry.digest().text())) {
      throw new IllegalArgumentException("the store has the token " + entry.id() + " already");
    }
    if (entries.size() >= TokenTable.MAX) {
      // Nobody could read it any more, not even to take some out.
      throw new TokenFormatException(
          "there are " + TokenTable.MAX + " tokens, and no room for more: clasp token prune");
    }
    ObjectNode node = tokens.putObject(key);
    node.put("token", key);
    entry.subject().ifPresent(subject -> node.put("subject", subject));
    ArrayNode scopes = node.putArray("scopes");
    entry.scopes().list().forEach(scope -> scopes.add(scope.text()));
    entry.notBefore().ifPresent(seconds -> node.put("not_before", seconds));
    entry.expiresAt().ifPresent(seconds -> node.put("expires_at", seconds));
    // The reference wants this one.
    node.put("created_at", entry.createdAt().orElse(0));
    if (!entry.metadata().isEmpty()) {
      ObjectNode metadata = node.putObject("metadata");
      entry.metadata().forEach(metadata::put);
    }
    entries.put(key, new StoredToken(secret, entry));
  }

  /** Takes a token out; false if it is not there. */
  public boolean remove(StoredToken token) {
    String key = key(token);
    tokens.remove(key);
    return entries.remove(key) != null;
  }

  /** Lets a token end at another time; it stays what it is otherwise. */
  public void expire(StoredToken token, long unixSeconds) {
    String key = key(token);
    StoredToken stored = entries.get(key);
    if (stored == null || !(tokens.get(key) instanceof ObjectNode node)) {
      throw new IllegalArgumentException("the store has no token " + token.entry().id());
    }
    node.put("expires_at", unixSeconds);
    TokenEntry e = stored.entry();
    entries.put(
        key,
        new StoredToken(
            stored.secret(),
            new TokenEntry(
                e.digest(),
                e.subject(),
                e.scopes(),
                e.notBefore(),
                OptionalLong.of(unixSeconds),
                e.createdAt(),
                e.metadata())));
  }

  private static String key(StoredToken token) {
    return token.secret().orElseGet(() -> token.entry().digest().text());
  }

  /** The store as text for a file. */
  public String toJson() {
    return root.toPrettyString() + "\n";
  }

  /**
   * As a router sees it.
   *
   * @throws TokenFormatException a token is there twice, in clear and as a digest
   */
  TokenTable table() {
    Map<TokenDigest, TokenEntry> table = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    for (StoredToken stored : entries.values()) {
      TokenEntry entry = stored.entry();
      if (table.put(entry.digest(), entry) != null) {
        throw new TokenFormatException("the token " + entry.id() + " is there twice");
      }
      if (entry.scopes().list().isEmpty()) {
        warnings.add("the token " + entry.id() + " has no scopes, so it may do nothing");
      }
      if (stored.secret().isPresent() && Cpsk.isShort(stored.secret().get())) {
        warnings.add("the token " + entry.id() + " is short enough to be guessed; make another");
      }
    }
    return new TokenTable(table, warnings);
  }
}
