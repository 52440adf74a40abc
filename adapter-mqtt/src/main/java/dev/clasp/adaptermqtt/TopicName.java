package dev.clasp.adaptermqtt;

import java.nio.charset.StandardCharsets;

/**
 * An address of the router and the topic that it is for clients; one for each address and loop.
 *
 * @param topic empty if clients do not see the address
 * @param utf8 the topic as it is written
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
record TopicName(byte[] address, String addressText, String topic, byte[] utf8) {

  static TopicName of(byte[] address, Topics topics) {
    String text = new String(address, StandardCharsets.UTF_8);
    String topic = topics.topic(text).orElse("");
    byte[] utf8 = topic.getBytes(StandardCharsets.UTF_8);
    return utf8.length > 65_535
        ? new TopicName(address, text, "", new byte[0])
        : new TopicName(address, text, topic, utf8);
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
