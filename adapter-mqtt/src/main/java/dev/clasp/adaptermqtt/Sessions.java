package dev.clasp.adaptermqtt;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sessions by client identifier, those whose client is away among them. Thread-safe. */
final class Sessions {

  private final Map<String, MqttSession> byClient = new ConcurrentHashMap<>();

  /** Away for the longest first. Guarded by itself. */
  private final Set<MqttSession> away = new LinkedHashSet<>();

  private final int maxAway;

  Sessions(int maxAway) {
    this.maxAway = maxAway;
  }

  /**
   * Gives a client identifier to a session.
   *
   * @return who has it, if that is another one
   */
  @Nullable MqttSession claim(MqttSession session) {
    return byClient.putIfAbsent(session.clientId(), session);
  }

  boolean holds(MqttSession session) {
    return byClient.get(session.clientId()) == session;
  }

  void remove(MqttSession session) {
    byClient.remove(session.clientId(), session);
    back(session);
  }

  /**
   * The client has left, and its session waits for it.
   *
   * @return who has to end for that, if somebody has
   */
  @Nullable MqttSession away(MqttSession session) {
    synchronized (away) {
      away.add(session);
      if (away.size() <= maxAway) {
        return null;
      }
      MqttSession longest = away.iterator().next();
      away.remove(longest);
      return longest;
    }
  }

  void back(MqttSession session) {
    synchronized (away) {
      away.remove(session);
    }
  }

  int size() {
    return byClient.size();
  }

  int awaySize() {
    synchronized (away) {
      return away.size();
    }
  }

  List<MqttSession> all() {
    return List.copyOf(byClient.values());
  }
}
