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
import dev.clasp.security.PairingException.Kind;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Proof;
import dev.clasp.security.PairingRound.Second;
import dev.clasp.security.PairingRound.Third;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The messages of pairing as JSON, see {@code docs/pairing.md}. Every number has one form only:
 * lower-case hexadecimal digits without leading zeros, in a string. A MAC has all its digits.
 * Nothing is passed over: a field that does not belong there is an error.
 */
final class PairingJson {

  /** Bytes of a message. The longest real one has about 4 KiB. */
  static final int MAX_BYTES = 16 << 10;

  /** Hexadecimal digits of a member of the group of 3072 bits. */
  static final int ELEMENT_DIGITS = 768;

  /** Hexadecimal digits of an exponent, and of a MAC: 256 bits. */
  static final int SHORT_DIGITS = 64;

  /** A token, its scopes and what belongs to them. */
  private static final int SEALED_DIGITS = 8 << 10;

  private static final int VERSION = 1;
  private static final Pattern EXCHANGE = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern TAG = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NUMBER = Pattern.compile("0|[1-9a-f][0-9a-f]*");

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(4)
                          .maxStringLength(SEALED_DIGITS)
                          .maxNameLength(32)
                          .maxNumberLength(10)
                          .maxDocumentLength(MAX_BYTES)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A message of a client that belongs to an exchange. */
  record Addressed<R>(String exchange, R round) {}

  /** The last message of the server. */
  record Sealed(Third third, byte[] box) {}

  /**
   * What is in the box.
   *
   * @param scopes as text
   */
  record Content(String token, List<String> scopes) {}

  private PairingJson() {}

  static byte[] first(First first) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", VERSION);
    put(node, first);
    return bytes(node);
  }

  static byte[] first(String exchange, First first) {
    ObjectNode node = JSON.createObjectNode();
    node.put("exchange", exchange);
    put(node, first);
    return bytes(node);
  }

  private static void put(ObjectNode node, First first) {
    node.put("party", first.party());
    node.put("gx1", hex(first.gx1()));
    node.put("gx2", hex(first.gx2()));
    put(node, "proof1", first.proof1());
    put(node, "proof2", first.proof2());
  }

  static byte[] second(Second second) {
    return bytes(put(JSON.createObjectNode(), second));
  }

  static byte[] second(String exchange, Second second) {
    return bytes(put(JSON.createObjectNode().put("exchange", exchange), second));
  }

  private static ObjectNode put(ObjectNode node, Second second) {
    node.put("a", hex(second.a()));
    put(node, "proof", second.proof());
    return node;
  }

  static byte[] third(String exchange, Third third) {
    return bytes(JSON.createObjectNode().put("exchange", exchange).put("mac", tag(third.mac())));
  }

  static byte[] third(Sealed message) {
    return bytes(
        JSON.createObjectNode()
            .put("mac", tag(message.third().mac()))
            .put("sealed", HexFormat.of().formatHex(message.box())));
  }

  static byte[] content(Content content) {
    ObjectNode node = JSON.createObjectNode();
    node.put("token", content.token());
    ArrayNode scopes = node.putArray("scopes");
    content.scopes().forEach(scopes::add);
    return bytes(node);
  }

  private static void put(ObjectNode node, String name, Proof proof) {
    node.putArray(name).add(hex(proof.commitment())).add(hex(proof.answer()));
  }

  /** What asks for a code that is good for these scopes. */
  static byte[] scopes(String list) {
    return bytes(JSON.createObjectNode().put("scopes", list));
  }

  /** Any object of JSON; empty if it is none. */
  static Optional<JsonNode> any(byte[] json) {
    try {
      return Optional.of(JSON.readTree(json)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The first message of a client. */
  static First parseFirst(byte[] json) {
    ObjectNode node = object(json, Set.of("version", "party", "gx1", "gx2", "proof1", "proof2"));
    JsonNode version = node.get("version");
    if (version == null || !version.isInt()) {
      throw malformed("'version' must be a number");
    }
    if (version.intValue() != VERSION) {
      throw malformed("this is version " + VERSION + " of pairing, not " + version.intValue());
    }
    return first(node, PairingParty.CLIENT);
  }

  /** The answer to it. */
  static Addressed<First> parseFirstAnswer(byte[] json) {
    ObjectNode node = object(json, Set.of("exchange", "party", "gx1", "gx2", "proof1", "proof2"));
    return new Addressed<>(exchange(node), first(node, PairingParty.SERVER));
  }

  private static First first(ObjectNode node, String role) {
    String party = text(node, "party");
    if (!party.startsWith(role)
        || PairingParty.violation(party.substring(role.length())).isPresent()) {
      throw malformed(
          "'party' must be "
              + role
              + " and a name of 1 to "
              + PairingParty.MAX_NAME
              + " characters");
    }
    return new First(
        party,
        number(node, "gx1", ELEMENT_DIGITS),
        number(node, "gx2", ELEMENT_DIGITS),
        proof(node, "proof1"),
        proof(node, "proof2"));
  }

  /** The second message of a client. */
  static Addressed<Second> parseSecond(byte[] json) {
    ObjectNode node = object(json, Set.of("exchange", "a", "proof"));
    return new Addressed<>(exchange(node), second(node));
  }

  /** The answer to it. */
  static Second parseSecondAnswer(byte[] json) {
    return second(object(json, Set.of("a", "proof")));
  }

  private static Second second(ObjectNode node) {
    return new Second(number(node, "a", ELEMENT_DIGITS), proof(node, "proof"));
  }

  /** The third message of a client. */
  static Addressed<Third> parseThird(byte[] json) {
    ObjectNode node = object(json, Set.of("exchange", "mac"));
    return new Addressed<>(exchange(node), new Third(tag(node)));
  }

  /** The answer to it. */
  static Sealed parseThirdAnswer(byte[] json) {
    ObjectNode node = object(json, Set.of("mac", "sealed"));
    Third third = new Third(tag(node));
    try {
      return new Sealed(third, HexFormat.of().parseHex(text(node, "sealed")));
    } catch (IllegalArgumentException e) {
      throw malformed("'sealed' must be hexadecimal digits");
    }
  }

  /** What was in the box. */
  static Content parseContent(byte[] json) {
    ObjectNode node = object(json, Set.of("token", "scopes"));
    List<String> scopes = new ArrayList<>();
    if (!(node.get("scopes") instanceof ArrayNode array) || array.size() > Scopes.MAX) {
      throw malformed("'scopes' must be a list of texts");
    }
    for (JsonNode scope : array) {
      if (!scope.isTextual()) {
        throw malformed("'scopes' must be a list of texts");
      }
      scopes.add(scope.textValue());
    }
    String token = text(node, "token");
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw malformed("'token' must be printable ASCII characters");
    }
    return new Content(token, scopes);
  }

  private static ObjectNode object(byte[] json, Set<String> names) {
    if (json.length > MAX_BYTES) {
      throw malformed("it has more than " + MAX_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      // Not its message: that shows what was sent, and goes into logs.
      throw malformed("it is not valid JSON, or has a name twice");
    } catch (IOException e) {
      throw malformed("it is not text in UTF-8");
    }
    if (!(root instanceof ObjectNode node)) {
      throw malformed("it must be an object");
    }
    for (String name : names) {
      if (!node.has(name)) {
        throw malformed("'" + name + "' is missing");
      }
    }
    if (node.size() != names.size()) {
      throw malformed("it has fields that do not belong there");
    }
    return node;
  }

  private static String exchange(ObjectNode node) {
    String exchange = text(node, "exchange");
    if (!EXCHANGE.matcher(exchange).matches()) {
      throw malformed("'exchange' must be 32 hexadecimal digits");
    }
    return exchange;
  }

  private static String text(ObjectNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null || !value.isTextual()) {
      throw malformed("'" + name + "' must be a text");
    }
    return value.textValue();
  }

  private static BigInteger number(ObjectNode node, String name, int maxDigits) {
    return number(text(node, name), name, maxDigits);
  }

  private static BigInteger number(String digits, String name, int maxDigits) {
    if (digits.length() > maxDigits || !NUMBER.matcher(digits).matches()) {
      throw malformed(
          "'"
              + name
              + "' must be a number of at most "
              + maxDigits
              + " hexadecimal digits, lower-case, without leading zeros");
    }
    return new BigInteger(digits, 16);
  }

  private static Proof proof(ObjectNode node, String name) {
    if (!(node.get(name) instanceof ArrayNode array)
        || array.size() != 2
        || !array.get(0).isTextual()
        || !array.get(1).isTextual()) {
      throw malformed("'" + name + "' must be a list of two texts");
    }
    return new Proof(
        number(array.get(0).textValue(), name, ELEMENT_DIGITS),
        number(array.get(1).textValue(), name, SHORT_DIGITS));
  }

  private static String hex(BigInteger number) {
    return number.toString(16);
  }

  /** The 32 bytes of HMAC-SHA256, which the library has as a number with a sign. */
  private static String tag(BigInteger mac) {
    byte[] shortest = mac.toByteArray();
    byte[] all = new byte[SHORT_DIGITS / 2];
    Arrays.fill(all, (byte) (mac.signum() < 0 ? 0xFF : 0));
    System.arraycopy(shortest, 0, all, all.length - shortest.length, shortest.length);
    return HexFormat.of().formatHex(all);
  }

  private static BigInteger tag(ObjectNode node) {
    String digits = text(node, "mac");
    if (!TAG.matcher(digits).matches()) {
      throw malformed("'mac' must be " + SHORT_DIGITS + " hexadecimal digits, lower-case");
    }
    return new BigInteger(HexFormat.of().parseHex(digits));
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("strings can always be written", e);
    }
  }

  private static PairingException malformed(String problem) {
    return new PairingException(Kind.MALFORMED, "the pairing message is malformed: " + problem);
  }
}
