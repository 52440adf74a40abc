package dev.clasp.bridgewebsocket;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for a peer that is slow, in order: of a parameter and of a stream the newest value, in
 * the place of the one that it replaces; events and replies all, up to a bound. A value behind an
 * event of the same address stays behind it.
 *
 * <p>Not thread-safe.
 */
final class PeerQueue {

  static final int MAX_ADDRESSES = 50_000;

  private static final class Place {
    private Outgoing outgoing;

    Place(Outgoing outgoing) {
      this.outgoing = outgoing;
    }
  }

  private final int maxMoments;
  private final long maxBytes;
  private final ArrayDeque<Place> places = new ArrayDeque<>();

  /** Where a newer value of an address goes. */
  private final Map<String, Place> open = new HashMap<>();

  private int moments;
  private long bytes;

  /**
   * @param maxMoments events and replies
   * @param maxBytes of everything that waits
   */
  PeerQueue(int maxMoments, long maxBytes) {
    this.maxMoments = maxMoments;
    this.maxBytes = maxBytes;
  }

  /** Puts it in line; false if there is no room: the peer is too slow, and has missed something. */
  boolean offer(Outgoing outgoing) {
    int length = outgoing.message().bytes().length;
    if (outgoing.newest() && outgoing.address().isPresent()) {
      String address = outgoing.address().get();
      Place place = open.get(address);
      int before = place == null ? 0 : place.outgoing.message().bytes().length;
      if (bytes - before + length > maxBytes || place == null && open.size() >= MAX_ADDRESSES) {
        return false;
      }
      bytes += length - before;
      if (place != null) {
        place.outgoing = outgoing;
        return true;
      }
      place = new Place(outgoing);
      open.put(address, place);
      places.addLast(place);
      return true;
    }
    if (moments >= maxMoments || bytes + length > maxBytes) {
      return false;
    }
    moments++;
    bytes += length;
    places.addLast(new Place(outgoing));
    outgoing.address().ifPresent(open::remove);
    return true;
  }

  Optional<Outgoing> poll() {
    Place place = places.pollFirst();
    if (place == null) {
      return Optional.empty();
    }
    Outgoing outgoing = place.outgoing;
    bytes -= outgoing.message().bytes().length;
    if (outgoing.newest() && outgoing.address().isPresent()) {
      open.remove(outgoing.address().get(), place);
    } else {
      moments--;
    }
    return Optional.of(outgoing);
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  int size() {
    return places.size();
  }
}
