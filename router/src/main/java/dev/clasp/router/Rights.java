package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.PatternException;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.security.Action;
import dev.clasp.security.Constraint;
import dev.clasp.security.Identity;
import dev.clasp.security.Scopes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one session may do: the one place where the scopes and constraints of its identity are
 * asked. On an open router every question about a write is one test of a field.
 *
 * <p>Reading is asked for when something leaves the router: when the route of an address is built
 * or its value is shown. Whoever may read an address only learns of it at all, so a refusal is the
 * same whether there is something at the address or not.
 *
 * <p>Writing is asked for once per message. The answer for an interned address is remembered in a
 * small direct-mapped table, so that a moving fader costs a comparison of references.
 *
 * <p>Methods whose name begins with {@code mayRead} on any thread, all others on the session's lane
 * only.
 */
final class Rights {

  /** Answers remembered; a power of two. A DMX universe fits, so do the faders of a desk. */
  private static final int SLOTS = 512;

  /** Answers: refused, allowed, or allowed under the constraint of this number, from 1. */
  private static final short DENIED = -1;

  private static final short ALLOWED = 0;

  private static final int SAMPLES = 2;
  private static final int VALUE = 1;

  private final Identity identity;
  private final Scopes scopes;
  private final Constraint[] constraints;
  private final @Nullable RateLimit[] rates;

  /** Nothing has to be asked about a write. */
  private boolean free;

  /** The token was taken back, or has expired. */
  private boolean lapsed;

  // Made with the first question of a session with scopes.
  private @Nullable Address @Nullable [] asked;
  private short[] answers = {};

  Rights(Identity identity) {
    this.identity = identity;
    this.scopes = identity.scopes();
    this.constraints = identity.constraints().toArray(Constraint[]::new);
    this.rates = new @Nullable RateLimit[constraints.length];
    this.free = scopes.all() && constraints.length == 0;
  }

  Identity identity() {
    return identity;
  }

  // --- reading -----------------------------------------------------------------------------------

  boolean mayRead(byte[] address) {
    return scopes.all() || scopes.permit(Action.READ, address, 0, address.length);
  }

  boolean permit(Action right, byte[] address) {
    return scopes.all() || scopes.permit(right, address, 0, address.length);
  }

  /** Every address that the pattern matches, but for what {@code **} may leave out at its end. */
  boolean mayReadAll(AddressPattern pattern) {
    return scopes.all() || scopes.permitAll(Action.READ, pattern);
  }

  /** Its address, or all of its addresses if it is announced for a pattern. */
  boolean mayRead(SignalDefinition definition) {
    return covers(Action.READ, definition.address());
  }

  @Nullable Refusal get(MessageView get) {
    if (scopes.all()) {
      return null;
    }
    get.validateAddress();
    return scopes.permit(Action.READ, get.buffer(), get.addressOffset(), get.addressLength())
        ? null
        : refusal("read operation");
  }

  // --- writing -----------------------------------------------------------------------------------

  /**
   * Why this SET or PUBLISH is not allowed, or null. A rate is used up by it.
   *
   * @param address null if it is not interned
   */
  @Nullable Refusal write(MessageView message, @Nullable Address address, long nowNanos) {
    if (free) {
      return null;
    }
    short answer = answer(message, address);
    if (answer == ALLOWED) {
      return null;
    }
    if (answer == DENIED) {
      return refusal(message.type() == MessageType.SET ? "write operation" : "publish operation");
    }
    Refusal refusal = checkRange(answer - 1, message);
    if (refusal != null) {
      return refusal;
    }
    RateLimit rate = rate(answer - 1, nowNanos);
    return rate == null || rate.admit(1, nowNanos) ? null : tooFast(answer - 1);
  }

  /** Why one of the members of a bundle is not allowed, and which address it has. */
  record BundleRefusal(Refusal refusal, String address) {}

  /** The same for all members of a bundle, before any of them is executed (D7). */
  @Nullable BundleRefusal bundle(MessageView bundle, MessageView member, long nowNanos) {
    if (free) {
      return null;
    }
    int[] uses = new int[constraints.length];
    int at = bundle.firstMember();
    for (int i = 0; i < bundle.bundleCount(); i++) {
      at = bundle.member(at, member);
      short answer = answer(member, null);
      if (answer == DENIED) {
        String address = Writes.addressOf(member);
        String what = member.type() == MessageType.SET ? "SET" : "PUBLISH";
        return new BundleRefusal(
            new Refusal(
                ErrorCode.BUNDLE_FORBIDDEN,
                "Bundle rejected: insufficient scope for " + what + " to " + address),
            address);
      }
      if (answer != ALLOWED) {
        Refusal refusal = checkRange(answer - 1, member);
        if (refusal != null) {
          return new BundleRefusal(refusal, Writes.addressOf(member));
        }
        uses[answer - 1]++;
      }
    }
    for (int i = 0; i < uses.length; i++) {
      RateLimit rate = uses[i] == 0 ? null : rate(i, nowNanos);
      if (rate != null && !rate.has(uses[i], nowNanos)) {
        return new BundleRefusal(tooFast(i), constraints[i].pattern().text());
      }
    }
    for (int i = 0; i < uses.length; i++) {
      RateLimit rate = uses[i] == 0 ? null : rate(i, nowNanos);
      if (rate != null) {
        rate.take(uses[i]);
      }
    }
    return null;
  }

  /** Why this may not be announced, or null: it needs the right to write what it speaks of. */
  @Nullable Refusal announce(SignalDefinition definition) {
    return !lapsed && covers(Action.WRITE, definition.address()) ? null : refusal("announcement");
  }

  private static Refusal refusal(String what) {
    return new Refusal(ErrorCode.FORBIDDEN, "Insufficient scope for " + what);
  }

  static Refusal subscriptionRefusal() {
    return refusal("subscription");
  }

  private boolean covers(Action action, String addressOrPattern) {
    if (scopes.all()) {
      return true;
    }
    if (addressOrPattern.indexOf('*') < 0) {
      byte[] b = addressOrPattern.getBytes(StandardCharsets.UTF_8);
      return scopes.permit(action, b, 0, b.length);
    }
    try {
      return scopes.permitAll(action, AddressPattern.parse(addressOrPattern));
    } catch (PatternException e) {
      // Nothing can be said about it.
      return false;
    }
  }

  // --- administration ----------------------------------------------------------------------------

  /**
   * May this session break the locks of others and learn who holds them? Only by a token that says
   * so: on an open router nobody is more than another.
   */
  boolean administers(byte[] address) {
    return !identity.tokenId().isEmpty()
        && !lapsed
        && scopes.permit(Action.ADMIN, address, 0, address.length);
  }

  /** Names whoever the token was made for, apart from all others; empty on an open router. */
  String holder() {
    return identity.subject().map(s -> "subject " + s).orElse(identity.tokenId());
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Nothing may be written any more. */
  void lapse() {
    lapsed = true;
    free = false;
    asked = null;
  }

  /** Has the token been taken back, or expired by the clock on the wall? */
  boolean lapsed(RouterClock clock) {
    return lapsed || expired(clock);
  }

  /** The token is no longer valid by the clock on the wall. */
  boolean expired(RouterClock clock) {
    return identity.expiresAt().isPresent()
        && Math.floorDiv(clock.wallMicros(), 1_000_000L) >= identity.expiresAt().getAsLong();
  }

  // --- answers -----------------------------------------------------------------------------------

  private short answer(MessageView message, @Nullable Address address) {
    if (address == null) {
      message.validateAddress();
      return judge(message.buffer(), message.addressOffset(), message.addressLength());
    }
    @Nullable Address[] known = asked;
    if (known == null) {
      known = new @Nullable Address[SLOTS];
      asked = known;
      answers = new short[SLOTS];
    }
    int slot = (int) address.hash & SLOTS - 1;
    if (known[slot] != address) {
      answers[slot] = judge(address.name, 0, address.name.length);
      known[slot] = address;
    }
    return answers[slot];
  }

  private short judge(byte[] b, int offset, int length) {
    if (lapsed || !scopes.permit(Action.WRITE, b, offset, length)) {
      return DENIED;
    }
    for (int i = 0; i < constraints.length; i++) {
      if (constraints[i].pattern().matches(b, offset, length)) {
        return (short) (i + 1);
      }
    }
    return ALLOWED;
  }

  // --- constraints -------------------------------------------------------------------------------

  private @Nullable Refusal checkRange(int index, MessageView message) {
    Optional<Constraint.Range> range = constraints[index].range();
    return range.isEmpty() || withinRange(range.get(), message)
        ? null
        : new Refusal(
            ErrorCode.INVALID_VALUE,
            "OutOfRange: the token allows numbers from "
                + range.get().min()
                + " to "
                + range.get().max()
                + " here");
  }

  private static boolean withinRange(Constraint.Range range, MessageView message) {
    byte[] b = message.buffer();
    if (message.type() == MessageType.SET) {
      return isWithin(range, b, message.valueType(), message.valueOffset());
    }
    int at = message.contentOffset();
    return switch (message.contentIndicator()) {
      case VALUE -> isWithin(range, b, b[at] & 0xFF, at + 1);
      case SAMPLES -> {
        int count = Bytes.u16(b, at);
        boolean all = true;
        for (int i = 0; i < count && all; i++) {
          all = range.contains(Double.longBitsToDouble(Bytes.i64(b, at + 2 + 8 * i)));
        }
        yield all;
      }
      // No value: a trigger.
      default -> true;
    };
  }

  private static boolean isWithin(Constraint.Range range, byte[] b, int type, int offset) {
    return Numbers.isNumber(type) && range.contains(Numbers.doubleAt(b, type, offset));
  }

  private @Nullable RateLimit rate(int index, long nowNanos) {
    if (constraints[index].maxRate().isEmpty()) {
      return null;
    }
    RateLimit rate = rates[index];
    if (rate == null) {
      double perSecond = constraints[index].maxRate().getAsDouble();
      rate = new RateLimit(perSecond, perSecond, nowNanos);
      rates[index] = rate;
    }
    return rate;
  }

  private Refusal tooFast(int index) {
    return new Refusal(
        ErrorCode.TOO_MANY,
        "Rate limit exceeded: the token allows "
            + constraints[index].maxRate().orElse(0)
            + " writes/second to "
            + constraints[index].pattern());
  }

  @Override
  public String toString() {
    return scopes.toString();
  }
}
