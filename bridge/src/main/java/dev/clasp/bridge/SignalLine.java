package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for a side that is slow or away, in order. Of a parameter the newest value, in the
 * place of the one that it replaces; events, samples and bundles as they come, up to a bound. An
 * event behind a value of the same address stays behind it: later values get a place of their own.
 *
 * <p>Bounded by the number of addresses and of events. Not thread-safe.
 */
final class SignalLine {

  static final int MAX_MOMENTS = 10_000;

  /** Moves of gestures leave so much for beginnings and ends. */
  static final int ROOM_FOR_EDGES = 1000;

  static final int MAX_ADDRESSES = 100_000;

  /** What becomes of an offer. */
  enum Outcome {
    WAITS,
    REPLACED,
    FULL
  }

  private static final class Place {
    private Carried carried;

    Place(Carried carried) {
      this.carried = carried;
    }
  }

  private final ArrayDeque<Place> places = new ArrayDeque<>();

  /** Where a newer value of an address goes. */
  private final Map<String, Place> open = new HashMap<>();

  private int moments;

  Outcome offer(Carried carried) {
    if (carried.replaceable()) {
      String address = carried.first().address();
      Place place = open.get(address);
      if (place != null) {
        place.carried = carried;
        return Outcome.REPLACED;
      }
      if (open.size() >= MAX_ADDRESSES) {
        return Outcome.FULL;
      }
      place = new Place(carried);
      open.put(address, place);
      places.addLast(place);
      return Outcome.WAITS;
    }
    boolean move = carried.signals().size() == 1 && carried.first().isMove();
    if (moments >= (move ? MAX_MOMENTS - ROOM_FOR_EDGES : MAX_MOMENTS)) {
      return Outcome.FULL;
    }
    moments++;
    places.addLast(new Place(carried));
    for (MappedSignal signal : carried.signals()) {
      open.remove(signal.address());
    }
    return Outcome.WAITS;
  }

  /** Back to the front: it did not get through. A newer value of a parameter makes it needless. */
  void giveBack(Carried carried) {
    if (!carried.replaceable()) {
      moments++;
      places.addFirst(new Place(carried));
      return;
    }
    String address = carried.first().address();
    if (!waits(address)) {
      Place place = new Place(carried);
      places.addFirst(place);
      open.put(address, place);
    }
  }

  /** Is there a value of a parameter that waits? */
  boolean waits(String address) {
    if (open.containsKey(address)) {
      return true;
    }
    // Rare: only behind a bundle or an event.
    return moments > 0
        && places.stream()
            .flatMap(place -> place.carried.signals().stream())
            .anyMatch(s -> s.type() == SignalType.PARAM && s.address().equals(address));
  }

  Optional<Carried> poll() {
    Place place = places.pollFirst();
    if (place == null) {
      return Optional.empty();
    }
    Carried carried = place.carried;
    if (carried.replaceable()) {
      open.remove(carried.first().address(), place);
    } else {
      moments--;
    }
    return Optional.of(carried);
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  int size() {
    return places.size();
  }

  void clear() {
    places.clear();
    open.clear();
    moments = 0;
  }
}
