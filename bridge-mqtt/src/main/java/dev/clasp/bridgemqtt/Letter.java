package dev.clasp.bridgemqtt;

import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message of MQTT, on its way in or out. Immutable by habit: nobody writes into its payload.
 *
 * @param qos 0 to 2
 * @param newest only the newest one of a topic counts if several wait
 * @param properties what MQTT 5 says beside it; not sent with 3.1.1
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
record Letter(
    String topic, byte[] payload, int qos, boolean retain, boolean newest, Properties properties) {

  /**
   * Of MQTT 5 (section 3.3.2.3).
   *
   * @param user in order; a name may come twice
   * @param expiry seconds that are left
   * @param utf8 the payload is text
   */
  record Properties(
      Optional<String> contentType,
      Optional<String> responseTopic,
      Optional<Value.Bytes> correlation,
      List<Map.Entry<String, String>> user,
      OptionalLong expiry,
      boolean utf8) {

    static final Properties NONE =
        new Properties(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            OptionalLong.empty(),
            false);

    Properties {
      user = List.copyOf(user);
    }
  }

  Letter(String topic, byte[] payload, int qos, boolean retain, boolean newest) {
    this(topic, payload, qos, retain, newest, Properties.NONE);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
