package dev.clasp.adaptermqtt;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a client has seen of what the server says of itself (bridges.md 12.7). Loop thread. */
final class SystemTopics {

  private final Broker broker;
  private final MqttSession session;
  private final TopicNames names;
  private final Map<String, String> shown = new HashMap<>();

  SystemTopics(Broker broker, MqttSession session, TopicNames names) {
    this.broker = broker;
    this.session = session;
    this.names = names;
  }

  /**
   * A new subscription.
   *
   * @param retained whether it is shown what there is
   */
  void show(Subscribed subscription, boolean retained) {
    broker
        .system()
        .forEach((topic, text) -> {
          if (subscription.filter().matches(topic)) {
            shown.put(topic, text);
            if (retained) {
              send(subscription, topic, text, true);
            }
          }
        });
  }

  /** What has changed since then. */
  void changed(List<Subscribed> wanting) {
    broker
        .system()
        .forEach((topic, text) -> {
          if (!text.equals(shown.put(topic, text))) {
            for (Subscribed each : wanting) {
              if (each.filter().matches(topic)) {
                send(each, topic, text, false);
                break;
              }
            }
          }
        });
  }

  private void send(Subscribed subscription, String topic, String text, boolean retain) {
    byte[] address = broker.topics.address(topic).getBytes(StandardCharsets.UTF_8);
    TopicName name = names.of(address, 0, address.length);
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    Post post = new Post(name, 0, false, payload, Post.NO_BYTES, Original.NEVER, 0, false);
    session.send(post, 0, retain, subscription.ids());
  }
}
