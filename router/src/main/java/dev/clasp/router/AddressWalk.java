package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way through the interned addresses that a pattern can match, some at a time: one look-up for an
 * address without wildcards, else what begins like the pattern, in the order of bytes. Not
 * thread-safe.
 *
 * <p>What it comes by need not match, and may have been forgotten by the time it is looked at.
 */
final class AddressWalk {

  private static final byte[] EVERYTHING = {};

  private final AddressSpace space;

  /** An address to look up first: the only one, or the parent that {@code /a/**} matches. */
  private byte @Nullable [] exact;

  /** What the others begin with; null if there are none. */
  private final byte @Nullable [] prefix;

  /** The address passed last. */
  private byte @Nullable [] after;

  private boolean last;

  private AddressWalk(AddressSpace space, byte @Nullable [] exact, byte @Nullable [] prefix) {
    this.space = space;
    this.exact = exact;
    this.prefix = prefix;
  }

  static AddressWalk ofEverything(AddressSpace space) {
    return new AddressWalk(space, null, EVERYTHING);
  }

  static AddressWalk of(AddressSpace space, AddressPattern pattern) {
    if (pattern.isLiteral()) {
      return new AddressWalk(space, pattern.text().getBytes(StandardCharsets.UTF_8), null);
    }
    String beginning = pattern.text().substring(0, pattern.text().indexOf('*'));
    byte[] prefix = beginning.getBytes(StandardCharsets.UTF_8);
    byte[] parent = matchesParent(pattern) ? Arrays.copyOf(prefix, prefix.length - 1) : null;
    return new AddressWalk(space, parent, prefix);
  }

  /** The pattern is literal up to a final {@code **} that may be nothing. */
  private static boolean matchesParent(AddressPattern pattern) {
    List<Segment> segments = pattern.segments();
    int literals = 0;
    while (segments.get(literals) instanceof Segment.Literal) {
      literals++;
    }
    return literals > 0
        && literals == segments.size() - 1
        && segments.getLast() instanceof Segment.AnyMany
        && pattern.globstarParent() == AddressPattern.GlobstarParent.MATCHES;
  }

  /**
   * The next addresses. Does not move: see {@link #pass}.
   *
   * @return how many
   */
  int fetch(@Nullable Address[] into) {
    byte[] name = exact;
    if (name != null) {
      Address address = find(name);
      if (address != null) {
        into[0] = address;
        last = prefix == null;
        return 1;
      }
      exact = null;
    }
    if (prefix == null) {
      last = true;
      return 0;
    }
    int found = space.index().next(prefix, after, into);
    last = found < into.length;
    return found;
  }

  /** What was fetched last is the rest. */
  boolean last() {
    return last;
  }

  /** Goes on behind this address, which was fetched last. */
  void pass(Address address) {
    if (exact == null) {
      after = address.name;
    }
    exact = null;
  }

  /** Leaves out everything up to this address. */
  void skip(byte[] name) {
    if (exact != null && Arrays.compareUnsigned(exact, name) <= 0) {
      exact = null;
    }
    if (prefix != null && Arrays.compareUnsigned(prefix, name) <= 0) {
      after = name;
    }
  }

  private @Nullable Address find(byte[] name) {
    long hash = space.hash(name, 0, name.length);
    Stripe stripe = space.stripeOf(hash);
    stripe.lock.lock();
    try {
      return stripe.find(name, 0, name.length, hash);
    } finally {
      stripe.lock.unlock();
    }
  }
}
