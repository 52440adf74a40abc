package dev.clasp.config;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All settings that there are, and what is to be said about keys that are none. Immutable. */
public final class Catalogue {

  /** The section that all settings are in. */
  static final String ROOT = "server";

  /** The list of bridges, beside it: what is in them their protocols know. */
  static final String BRIDGES = "bridges";

  /** Edits by which a key may differ from one that is suggested for it, by its length. */
  private static final int LETTERS_PER_EDIT = 3;

  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final Map<String, String> absent;

  /**
   * @param settings in the order in which they are to be shown
   * @param absent keys, or sections, of others that we do not have, and what to do instead
   */
  public Catalogue(List<Setting> settings, Map<String, String> absent) {
    settings.forEach(setting -> this.settings.put(setting.key(), setting));
    this.absent = Map.copyOf(absent);
  }

  public List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  public Optional<Setting> find(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  /** Whether a key is the beginning of others: {@code limits}. */
  boolean section(String key) {
    return settings.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
  }

  /** Keys of others, and what to do instead. */
  Map<String, String> absent() {
    return absent;
  }

  /** What to do instead of a key that others have; empty if nobody has it. */
  Optional<String> advice(String key) {
    for (String prefix = key; !prefix.isEmpty(); prefix = parent(prefix)) {
      if (absent.containsKey(prefix)) {
        return Optional.of(absent.get(prefix));
      }
    }
    return Optional.empty();
  }

  /** The key, or the section, that somebody meant. */
  Optional<String> nearest(String key) {
    Set<String> candidates = new LinkedHashSet<>(settings.keySet());
    for (String setting : settings.keySet()) {
      for (String section = parent(setting); !section.isEmpty(); section = parent(section)) {
        candidates.add(section);
      }
    }
    String last = key.substring(key.lastIndexOf('.') + 1);
    Optional<String> elsewhere =
        candidates.stream().filter(other -> other.endsWith("." + last)).findFirst();
    return candidates.stream()
        .filter(other -> distance(key, other) <= Math.max(2, key.length() / LETTERS_PER_EDIT))
        .min(Comparator.comparingInt(other -> distance(key, other)))
        .or(() -> elsewhere);
  }

  static String parent(String key) {
    int dot = key.lastIndexOf('.');
    return dot < 0 ? "" : key.substring(0, dot);
  }

  /** Letters to insert, leave out or replace (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
