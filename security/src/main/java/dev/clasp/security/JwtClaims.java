package dev.clasp.security;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a JWT says, in the three ways in which rights are written (operations.md 8.5): a claim
 * {@code clasp} or, in its absence, {@code sf}, with the lists {@code read}, {@code subscribe},
 * {@code write}, {@code emit} and the map {@code constraints}; or a text {@code scope} with blanks
 * between scopes, in which words that are none of ours are left out.
 *
 * @param issuer claim {@code iss}
 * @param audience claim {@code aud}, a text or a list
 * @param expires claim {@code exp}, Unix seconds; later fractions of a second do not count
 * @param notBefore claim {@code nbf}
 * @param issuedAt claim {@code iat}
 * @param id claim {@code jti}
 */
record JwtClaims(
    Optional<String> issuer,
    List<String> audience,
    Optional<String> subject,
    Optional<String> id,
    OptionalLong expires,
    OptionalLong notBefore,
    OptionalLong issuedAt,
    Scopes scopes,
    List<Constraint> constraints) {

  private static final int MAX_TEXT = 256;
  private static final int MAX_CONSTRAINTS = 256;

  /** Year 9999: nothing beyond is a time. */
  private static final long LATEST = 253_402_300_799L;

  private static final Pattern SCOPE =
      Pattern.compile("(read|r|write|w|admin|a|\\*|federate):/.*", Pattern.CASE_INSENSITIVE);

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(16).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads the payload.
   *
   * @throws TokenFormatException saying which claim is wrong
   */
  static JwtClaims parse(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new TokenFormatException("the payload is not valid JSON, or has a name twice");
    }
    if (root == null || !root.isObject()) {
      throw new TokenFormatException("the payload is no JSON object");
    }
    List<Scope> scopes = new ArrayList<>();
    List<Constraint> constraints = List.of();
    JsonNode rights = root.has("clasp") ? root.get("clasp") : root.get("sf");
    String name = root.has("clasp") ? "clasp" : "sf";
    if (rights != null) {
      if (!rights.isObject()) {
        throw new TokenFormatException("the claim '" + name + "' must be an object");
      }
      add(scopes, "read", name, "read", rights);
      add(scopes, "read", name, "subscribe", rights);
      add(scopes, "write", name, "write", rights);
      add(scopes, "write", name, "emit", rights);
      constraints = constraints(name, rights.get("constraints"));
    } else if (root.get("scope") != null) {
      words(scopes, root.get("scope"));
    }
    try {
      return new JwtClaims(
          text("iss", root.get("iss")),
          audience(root.get("aud")),
          text("sub", root.get("sub")),
          text("jti", root.get("jti")),
          seconds("exp", root.get("exp")),
          seconds("nbf", root.get("nbf")),
          seconds("iat", root.get("iat")),
          Scopes.of(scopes),
          constraints);
    } catch (ScopeException e) {
      throw new TokenFormatException(String.valueOf(e.getMessage()));
    }
  }

  private static void add(
      List<Scope> scopes, String action, String claim, String list, JsonNode rights) {
    JsonNode patterns = rights.get(list);
    if (patterns == null) {
      return;
    }
    String where = "'" + claim + "." + list + "'";
    if (!patterns.isArray()) {
      throw new TokenFormatException(where + " must be a list of patterns");
    }
    for (JsonNode pattern : patterns) {
      if (!pattern.isTextual()) {
        throw new TokenFormatException(where + " must be a list of patterns");
      }
      scope(scopes, where, action + ":" + pattern.textValue());
    }
  }

  private static void words(List<Scope> scopes, JsonNode node) {
    if (!node.isTextual()) {
      throw new TokenFormatException("the claim 'scope' must be a text");
    }
    for (String word : node.textValue().split(" +", -1)) {
      if (SCOPE.matcher(word).matches()) {
        scope(scopes, "'scope'", word);
      }
    }
  }

  private static void scope(List<Scope> scopes, String where, String text) {
    if (scopes.size() == Scopes.MAX) {
      throw new TokenFormatException("a token has at most " + Scopes.MAX + " scopes");
    }
    try {
      scopes.add(Scope.parse(text));
    } catch (ScopeException e) {
      throw new TokenFormatException(where + ": " + e.getMessage());
    }
  }

  private static List<Constraint> constraints(String claim, @Nullable JsonNode node) {
    if (node == null) {
      return List.of();
    }
    String where = "'" + claim + ".constraints'";
    if (!node.isObject() || node.size() > MAX_CONSTRAINTS) {
      throw new TokenFormatException(
          where + " must be an object with at most " + MAX_CONSTRAINTS + " patterns");
    }
    List<Constraint> constraints = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      try {
        constraints.add(constraint(AddressPattern.parse(field.getKey()), field.getValue()));
      } catch (PatternException | TokenFormatException e) {
        throw new TokenFormatException(
            where + ", " + Quoted.of(field.getKey()) + ": " + e.getMessage());
      }
    }
    return constraints;
  }

  private static Constraint constraint(AddressPattern pattern, JsonNode node) {
    if (!node.isObject()) {
      throw new TokenFormatException("a constraint is an object with 'range' or 'maxRate'");
    }
    Optional<Constraint.Range> range = Optional.empty();
    OptionalDouble maxRate = OptionalDouble.empty();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      JsonNode value = field.getValue();
      switch (field.getKey()) {
        case "range" -> {
          if (!value.isArray()
              || value.size() != 2
              || !finite(value.get(0))
              || !finite(value.get(1))
              || value.get(0).doubleValue() > value.get(1).doubleValue()) {
            throw new TokenFormatException("'range' is a list of two numbers, the smaller first");
          }
          range =
              Optional.of(
                  new Constraint.Range(value.get(0).doubleValue(), value.get(1).doubleValue()));
        }
        case "maxRate" -> {
          if (!finite(value) || value.doubleValue() < 0) {
            throw new TokenFormatException("'maxRate' is a number of writes a second, 0 or more");
          }
          maxRate = OptionalDouble.of(value.doubleValue());
        }
        // Not knowing a limit must not lift it.
        default ->
            throw new TokenFormatException(
                "there is no constraint " + Quoted.of(field.getKey()) + "; use range or maxRate");
      }
    }
    return new Constraint(pattern, range, maxRate);
  }

  private static boolean finite(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.doubleValue());
  }

  private static Optional<String> text(String claim, @Nullable JsonNode node) {
    if (node == null) {
      return Optional.empty();
    }
    if (!node.isTextual() || node.textValue().length() > MAX_TEXT) {
      throw new TokenFormatException(
          "the claim '" + claim + "' must be a text of at most " + MAX_TEXT + " characters");
    }
    return Optional.of(node.textValue());
  }

  private static List<String> audience(@Nullable JsonNode node) {
    if (node == null || !node.isArray()) {
      return text("aud", node).stream().toList();
    }
    List<String> all = new ArrayList<>();
    for (JsonNode one : node) {
      text("aud", one).ifPresent(all::add);
    }
    return all;
  }

  private static OptionalLong seconds(String claim, @Nullable JsonNode node) {
    if (node == null) {
      return OptionalLong.empty();
    }
    if (!finite(node) || node.doubleValue() < 0 || node.doubleValue() > LATEST) {
      throw new TokenFormatException("the claim '" + claim + "' must be Unix seconds");
    }
    return OptionalLong.of(node.longValue());
  }
}
