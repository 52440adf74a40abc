package dev.clasp.adaptermqtt;

import dev.clasp.bridge.MqttTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client subscribes to (MQTT 5.0 sections 4.7 and 4.8.2).
 *
 * @param text as the client wrote it
 * @param group of a shared subscription
 * @param levels of the filter, without what makes it shared
 */
record TopicFilter(String text, Optional<String> group, List<String> levels) {

  private static final String SHARE = "$share/";

  /** Longest name of a group in characters: patterns of the router bound the rest. */
  private static final int MAX_GROUP = 256;

  TopicFilter {
    levels = List.copyOf(levels);
  }

  /**
   * Reads a filter.
   *
   * @return empty if it is none, or the name of its group too long
   */
  static Optional<TopicFilter> parse(String text) {
    if (!MqttTopic.isFilter(text)) {
      return Optional.empty();
    }
    String filter = MqttTopic.withoutShare(text);
    Optional<String> group = Optional.empty();
    if (MqttTopic.isShared(text)) {
      String name = text.substring(SHARE.length(), text.length() - filter.length() - 1);
      if (name.length() > MAX_GROUP) {
        return Optional.empty();
      }
      group = Optional.of(name);
    }
    return Optional.of(new TopicFilter(text, group, levels(filter)));
  }

  private static List<String> levels(String topic) {
    List<String> levels = new ArrayList<>();
    int start = 0;
    for (int slash = topic.indexOf('/'); slash >= 0; slash = topic.indexOf('/', start)) {
      levels.add(topic.substring(start, slash));
      start = slash + 1;
    }
    levels.add(topic.substring(start));
    return levels;
  }

  /** Is it about what the server says of itself? */
  boolean system() {
    return levels.getFirst().equals("$SYS");
  }

  boolean matches(String topic) {
    return MqttTopic.matches(text, topic);
  }

  /**
   * As patterns of the router, which match at least what the filter does. An empty level in the
   * middle, which patterns do not have, becomes a wildcard.
   *
   * @param globstarParent whether {@code /a/**} matches {@code /a}
   */
  List<String> patterns(String namespace, boolean globstarParent) {
    StringBuilder pattern = new StringBuilder(namespace);
    for (int i = 0; i < levels.size(); i++) {
      String level = levels.get(i);
      boolean last = i == levels.size() - 1;
      pattern.append('/');
      if (level.equals("#")) {
        pattern.append("**");
      } else if (level.equals("+") || level.isEmpty() && !last) {
        pattern.append('*');
      } else {
        pattern.append(MqttTopic.escaped(level));
      }
    }
    if (!globstarParent && levels.size() > 1 && levels.getLast().equals("#")) {
      return List.of(pattern.toString(), pattern.substring(0, pattern.length() - 3));
    }
    return List.of(pattern.toString());
  }
}
