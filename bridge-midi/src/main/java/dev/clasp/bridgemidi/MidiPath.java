package dev.clasp.bridgemidi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A path of a signal for devices, taken apart: {@code /keys/ch/0/cc/7}, or without a device {@code
 * /ch/0/cc/7}, or behind any other segment a channel alone, {@code /any/0/cc/7} (bridges.md 4.4).
 *
 * @param device empty if none is named: then it is for all that can be sent to
 * @param tail what is behind it, at least one segment
 */
record MidiPath(Optional<String> device, List<String> tail) {

  /** First segments of what is below a device. */
  static final Set<String> WORDS =
      Set.of(
          "ch",
          "note",
          "cc",
          "cc14",
          "rpn",
          "nrpn",
          "bend",
          "pitch",
          "program",
          "pressure",
          "poly",
          "clock",
          "transport",
          "tempo",
          "song",
          "mtc",
          "msc",
          "mmc",
          "mpe",
          "sysex",
          "reset",
          "tune");

  private static final Set<String> VOICES =
      Set.of("note", "cc", "cc14", "rpn", "nrpn", "bend", "pitch", "program", "pressure", "poly");

  /**
   * Takes a path apart. What begins with the name of a device is for that one, also if the name is
   * one of our words.
   *
   * @param devices names of those there are
   * @return empty if it names neither a device nor anything that all devices have
   */
  static Optional<MidiPath> of(String path, Collection<String> devices) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    List<String> segments = List.of(path.substring(1).split("/", -1));
    String first = segments.getFirst();
    if (segments.size() > 1 && devices.contains(first)) {
      return Optional.of(
          new MidiPath(Optional.of(first), withChannel(segments.subList(1, segments.size()))));
    }
    if (WORDS.contains(first)) {
      return Optional.of(new MidiPath(Optional.empty(), segments));
    }
    List<String> behind = segments.subList(1, segments.size());
    return bare(behind)
        ? Optional.of(new MidiPath(Optional.empty(), withChannel(behind)))
        : Optional.empty();
  }

  /** {@code 0/cc/7}: a channel without {@code ch}, as published bridges take it (4.4). */
  private static boolean bare(List<String> tail) {
    return tail.size() > 1 && tail.getFirst().matches("\\d{1,2}") && VOICES.contains(tail.get(1));
  }

  private static List<String> withChannel(List<String> tail) {
    if (!bare(tail)) {
      return tail;
    }
    List<String> full = new ArrayList<>(tail);
    full.addFirst("ch");
    return List.copyOf(full);
  }
}
