package dev.clasp.router;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which messages replace one another towards a session: those of one address and kind, and of one
 * sender and contact where several move on the same address.
 *
 * @param sender of a gesture; null otherwise
 * @param id of a gesture's contact or of a stream that has one; 0 otherwise
 */
record FlowKey(Address address, Kind kind, @Nullable Session sender, int id) {

  /** What is thinned. */
  enum Kind {
    PARAMETER,
    STREAM,
    MOVE
  }

  // By name: an address that was forgotten and interned again is the same flow, or a held-back
  // value could come after a newer one.
  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof FlowKey other
        && kind == other.kind
        && id == other.id
        && sender == other.sender
        && (address == other.address
            || (address.hash == other.address.hash
                && Arrays.equals(address.name, other.address.name)));
  }

  @Override
  public int hashCode() {
    return (Long.hashCode(address.hash) * 31 + kind.hashCode()) * 31
        + id
        + Objects.hashCode(sender);
  }
}
