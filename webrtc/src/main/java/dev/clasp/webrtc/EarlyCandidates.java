package dev.clasp.webrtc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Candidates that came before their offer, by peer and correlation id, for a while (transports.md
 * 8.5). The oldest go first when there are too many. Loop only.
 */
final class EarlyCandidates {

  private record Key(String peer, String correlation) {}

  private static final class Waiting {
    final long since;
    final List<Candidate> candidates = new ArrayList<>();

    Waiting(long since) {
      this.since = since;
    }
  }

  /** In the order of their arrival. */
  private final Map<Key, Waiting> waiting = new LinkedHashMap<>();

  /** Keeps one; false when this attempt has too many. */
  boolean keep(String peer, String correlation, Candidate candidate, long now) {
    forgetOld(now);
    Key key = new Key(peer, correlation);
    Waiting found = waiting.get(key);
    if (found == null) {
      if (waiting.size() >= Limits.MAX_EARLY_ATTEMPTS) {
        Iterator<Key> keys = waiting.keySet().iterator();
        keys.next();
        keys.remove();
      }
      found = new Waiting(now);
      waiting.put(key, found);
    }
    return found.candidates.size() < Limits.MAX_CANDIDATES && found.candidates.add(candidate);
  }

  /** Those of an attempt, which are then forgotten. */
  List<Candidate> take(String peer, String correlation, long now) {
    forgetOld(now);
    Waiting found = waiting.remove(new Key(peer, correlation));
    return found == null ? List.of() : found.candidates;
  }

  int attempts() {
    return waiting.size();
  }

  void clear() {
    waiting.clear();
  }

  private void forgetOld(long now) {
    Iterator<Waiting> all = waiting.values().iterator();
    while (all.hasNext() && now - all.next().since > Limits.EARLY_FOR.toNanos()) {
      all.remove();
    }
  }
}
