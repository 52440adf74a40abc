package dev.clasp.midi;

import dev.clasp.midi.NetMidi2Command.UmpData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * UMP Data of one sender in order, each once (M2-124-UM, section 7.2). What comes too early waits
 * for what is missing; somebody else asks for that, and decides when to go on without it. Memory is
 * bounded. Not thread-safe.
 */
public final class NetMidi2Receiver {

  /** Commands that wait. */
  public static final int MOST_WAITING = 1_024;

  /**
   * A session begins with 0. Programs are about that begin elsewhere; a first number up to this is
   * one before which others were lost.
   */
  private static final int BEGINNING = 32;

  private final Map<Integer, UmpData> waiting = new HashMap<>();
  private int expected = -1;
  private int newest;

  /**
   * What is missing.
   *
   * @param count from there on, 1 or more
   */
  public record Hole(int sequence, int count) {}

  /**
   * A command has come.
   *
   * @param out takes what is in order now
   * @return how many are lost for good, since more wait than may; 0 if none
   */
  public int accept(UmpData data, Consumer<List<Ump>> out) {
    int sequence = data.sequence();
    if (expected < 0) {
      expected = sequence <= BEGINNING ? 0 : sequence;
      newest = sequence;
    }
    int ahead = distance(expected, sequence);
    if (ahead < 0) {
      return 0;
    }
    if (distance(newest, sequence) > 0) {
      newest = sequence;
    }
    if (ahead > 0) {
      waiting.put(sequence, data);
      if (waiting.size() <= MOST_WAITING) {
        return 0;
      }
      return skip(out);
    }
    out.accept(data.packets());
    expected = expected + 1 & 0xFFFF;
    follow(out);
    return 0;
  }

  private void follow(Consumer<List<Ump>> out) {
    for (UmpData next = waiting.remove(expected); next != null; next = waiting.remove(expected)) {
      out.accept(next.packets());
      expected = expected + 1 & 0xFFFF;
    }
  }

  /** The first hole; empty if nothing waits. */
  public Optional<Hole> hole() {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    int count = 1;
    while (!waiting.containsKey(expected + count & 0xFFFF)) {
      count++;
    }
    return Optional.of(new Hole(expected, count));
  }

  /**
   * Goes on without what is missing.
   *
   * @return how many commands that were
   */
  public int skip(Consumer<List<Ump>> out) {
    Optional<Hole> hole = hole();
    if (hole.isEmpty()) {
      return 0;
    }
    expected = expected + hole.get().count() & 0xFFFF;
    follow(out);
    return hole.get().count();
  }

  /** Begins again with 0 (section 6.11). */
  public void reset() {
    waiting.clear();
    expected = 0;
    newest = 0xFFFF;
  }

  private static int distance(int from, int to) {
    return (short) (to - from);
  }
}
