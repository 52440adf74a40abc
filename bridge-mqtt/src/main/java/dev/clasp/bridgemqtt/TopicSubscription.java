package dev.clasp.bridgemqtt;

import dev.clasp.bridge.MqttTopic;

/**
 * A topic filter to subscribe.
 *
 * @param qos at most, 0 to 2
 */
record TopicSubscription(String filter, int qos) {

  /**
   * Reads {@code sensors/#} or {@code sensors/#:1}.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  static TopicSubscription parse(String text, int qos) {
    int colon = text.lastIndexOf(':');
    boolean own =
        colon > 0 && colon == text.length() - 2 && "012".indexOf(text.charAt(colon + 1)) >= 0;
    String filter = own ? text.substring(0, colon) : text;
    if (!MqttTopic.isFilter(filter)) {
      throw new IllegalArgumentException(
          "'"
              + filter
              + "' is no topic filter: + and # stand alone between slashes, # only at the end");
    }
    return new TopicSubscription(filter, own ? text.charAt(colon + 1) - '0' : qos);
  }
}
