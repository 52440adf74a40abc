package dev.clasp.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What goes over the wire between rendezvous servers and clients (discovery.md 4.2 to 4.4), in
 * camel case.
 */
final class RendezvousJson {

  /** Devices that a client takes from one answer. */
  static final int MAX_LISTED = 1000;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(6)
                          .maxStringLength(16 << 10)
                          .maxNameLength(1024)
                          .maxNumberLength(40)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RendezvousJson() {}

  /** No JSON at all, as opposed to JSON with something else in it. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  static JsonNode tree(byte[] body) throws MalformedException {
    try {
      JsonNode node = JSON.readTree(body);
      if (node == null || node.isMissingNode()) {
        throw new MalformedException("the body is empty");
      }
      return node;
    } catch (IOException e) {
      throw new MalformedException("the body is not valid JSON, or has a name twice");
    }
  }

  static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can always be written", e);
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static ArrayNode array() {
    return JSON.createArrayNode();
  }

  // --- server ------------------------------------------------------------------------------------

  /**
   * What a device sends. Members that nobody knows are ignored.
   *
   * @throws IllegalArgumentException a member is wrong or missing, with a sentence
   */
  static Registration registration(JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("a registration is an object");
    }
    JsonNode name = node.path("name");
    if (!name.isTextual()) {
      throw new IllegalArgumentException("name is missing, or no text");
    }
    if (!node.path("endpoints").isObject()) {
      throw new IllegalArgumentException("endpoints is missing, or no object");
    }
    JsonNode key = node.path("publicKey");
    if (!key.isMissingNode() && !key.isNull() && !key.isTextual()) {
      throw new IllegalArgumentException("publicKey must be a text or null");
    }
    return new Registration(
        name.textValue(),
        texts("endpoints", node.path("endpoints"), Registration.MAX_ENDPOINTS),
        Optional.ofNullable(key.textValue()),
        words("features", node.path("features")),
        words("tags", node.path("tags")),
        texts("metadata", node.path("metadata"), Registration.MAX_METADATA));
  }

  private static List<String> words(String what, JsonNode node) {
    List<String> words = new ArrayList<>();
    if (node.isMissingNode()) {
      return words;
    }
    if (!node.isArray() || node.size() > Registration.MAX_WORDS) {
      throw new IllegalArgumentException(
          what + " must be an array of at most " + Registration.MAX_WORDS + " texts");
    }
    for (JsonNode word : node) {
      if (!word.isTextual()) {
        throw new IllegalArgumentException(what + " must hold texts only");
      }
      words.add(word.textValue());
    }
    return words;
  }

  private static Map<String, String> texts(String what, JsonNode node, int most) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (node.isMissingNode()) {
      return texts;
    }
    if (!node.isObject() || node.size() > most) {
      throw new IllegalArgumentException(
          what + " must be an object of at most " + most + " members");
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (!member.getValue().isTextual()) {
        throw new IllegalArgumentException(what + " must hold texts only");
      }
      texts.put(member.getKey(), member.getValue().textValue());
    }
    return texts;
  }

  static ObjectNode receipt(Receipt receipt) {
    return object()
        .put("id", receipt.id())
        .put("timestamp", receipt.timestampMicros())
        .put("ttl", receipt.ttl().toSeconds());
  }

  /** Every member, also the empty ones: clients of the reference need them all. */
  static ObjectNode device(RegisteredDevice device) {
    ObjectNode node = object().put("id", device.id());
    write(device.registration(), node);
    return node.put("registeredAt", device.registeredMicros())
        .put("lastSeen", device.lastSeenMicros());
  }

  private static void write(Registration registration, ObjectNode node) {
    node.put("name", registration.name());
    registration.publicKey().ifPresent(key -> node.put("publicKey", key));
    ArrayNode features = node.putArray("features");
    registration.features().forEach(features::add);
    ObjectNode endpoints = node.putObject("endpoints");
    registration.endpoints().forEach(endpoints::put);
    ArrayNode tags = node.putArray("tags");
    registration.tags().forEach(tags::add);
    ObjectNode metadata = node.putObject("metadata");
    registration.metadata().forEach(metadata::put);
  }

  // --- client ------------------------------------------------------------------------------------

  static byte[] request(Registration registration) {
    ObjectNode node = object();
    write(registration, node);
    return bytes(node);
  }

  /**
   * The answer to a registration.
   *
   * @throws MalformedException it is none
   */
  static Receipt receipt(byte[] body) throws MalformedException {
    JsonNode node = tree(body);
    JsonNode id = node.path("id");
    JsonNode ttl = node.path("ttl");
    if (!id.isTextual()
        || !id.textValue().matches("[\\x21-\\x7E]{1,256}")
        || !ttl.isIntegralNumber()) {
      throw new MalformedException("the answer is no registration");
    }
    long seconds =
        ttl.canConvertToLong() ? Math.clamp(ttl.longValue(), 0, Duration.ofDays(1).toSeconds()) : 0;
    return new Receipt(
        id.textValue(), node.path("timestamp").asLong(), Duration.ofSeconds(seconds));
  }

  /**
   * A list of devices. What is wrong with one is left out, a device without an id as a whole: it is
   * the word of strangers, and the others are still of use.
   *
   * @throws MalformedException it is no list
   */
  static List<RegisteredDevice> devices(byte[] body) throws MalformedException {
    JsonNode node = tree(body);
    if (!node.isArray()) {
      throw new MalformedException("the answer is no list of devices");
    }
    List<RegisteredDevice> devices = new ArrayList<>();
    for (JsonNode one : node) {
      String id = one.path("id").asText("");
      if (devices.size() < MAX_LISTED && !id.isEmpty() && id.length() <= 256) {
        devices.add(
            new RegisteredDevice(
                PlainText.cleaned(id, 256),
                lenient(one),
                one.path("registeredAt").asLong(),
                one.path("lastSeen").asLong()));
      }
    }
    return devices;
  }

  private static Registration lenient(JsonNode node) {
    Map<String, String> endpoints = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : node.path("endpoints").properties()) {
      String kind = PlainText.cleaned(member.getKey(), Registration.MAX_WORD);
      String url = member.getValue().asText("");
      if (endpoints.size() < Registration.MAX_ENDPOINTS
          && EndpointUrl.problem(kind, url).isEmpty()) {
        endpoints.put(kind, url);
      }
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : node.path("metadata").properties()) {
      if (metadata.size() < Registration.MAX_METADATA) {
        metadata.put(
            PlainText.cleaned(member.getKey(), Registration.MAX_WORD),
            PlainText.cleaned(member.getValue().asText(""), Registration.MAX_METADATA_VALUE));
      }
    }
    return new Registration(
        PlainText.cleaned(node.path("name").asText(""), Registration.MAX_NAME),
        endpoints,
        Optional.empty(),
        lenientWords(node.path("features")),
        lenientWords(node.path("tags")),
        metadata);
  }

  private static List<String> lenientWords(JsonNode node) {
    List<String> words = new ArrayList<>();
    for (JsonNode word : node) {
      if (word.isTextual() && words.size() < Registration.MAX_WORDS) {
        words.add(PlainText.cleaned(word.textValue(), Registration.MAX_WORD));
      }
    }
    return words;
  }
}
