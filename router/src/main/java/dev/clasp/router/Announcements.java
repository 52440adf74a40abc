package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.SignalType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * ANNOUNCE and QUERY: which signals there are, and what an announcement means for the parameter of
 * its address (docs/protocol-extensions.md). Lane thread only.
 */
final class Announcements {

  /** Definitions in one RESULT: kept well below the frame limit whatever their texts. */
  private static final int RESULT_BYTES = 60_000;

  /** Starts the word of an access text that names a conflict strategy. */
  private static final String CONFLICT = "conflict=";

  /** Starts the word that gives a lifetime in seconds. */
  private static final String TTL = "ttl=";

  /** The word for a parameter that ends with its writer. */
  private static final String EPHEMERAL = "ephemeral";

  private static final long SECOND = 1_000_000_000L;

  private final Router router;

  Announcements(Router router) {
    this.router = router;
  }

  // --- ANNOUNCE ----------------------------------------------------------------------------------

  /** Stores definitions, all or none; acknowledged with the namespace as address. */
  void announce(Session session, Message.Announce announce) {
    for (SignalDefinition definition : announce.signals()) {
      String violation = violation(definition);
      if (violation != null) {
        Replies.error(session, new Refusal(ErrorCode.BAD_REQUEST, violation), definition.address());
        return;
      }
      Refusal refusal = session.rights().announce(definition);
      if (refusal != null) {
        Replies.error(session, refusal, definition.address());
        return;
      }
    }
    Set<String> changed = new HashSet<>();
    SignalRegistry.Rejection rejection =
        router.signals().announce(session.announcer(), announce.signals(), changed);
    changed.forEach(text -> reflect(session.lane(), text));
    if (rejection == null) {
      Replies.acknowledge(session, Optional.of(announce.namespace()), OptionalLong.empty());
    } else {
      Replies.error(session, rejection.refusal(), rejection.address().orElse(announce.namespace()));
    }
  }

  /** The session has ended: its definitions are stale and will go. */
  void endSession(Session session) {
    SignalRegistry.Announcer announcer = session.announcerIfAny();
    long ttl = router.config().signalTtlNanos();
    if (announcer != null && router.signals().end(announcer) && ttl > 0) {
      session.lane().agenda().after(ttl, () -> expire(session.lane(), announcer));
    }
  }

  private void expire(Lane lane, SignalRegistry.Announcer announcer) {
    Collection<String> gone = router.signals().expire(announcer);
    gone.forEach(text -> reflect(lane, text));
  }

  private static @Nullable String violation(SignalDefinition definition) {
    String address = definition.address();
    if (address.indexOf('*') < 0) {
      String violation = AddressRules.violation(address);
      if (violation != null) {
        return "InvalidAddress: " + violation;
      }
    } else {
      // A whole family of signals may be announced at once; QUERY sees the text (router.md 8).
      try {
        AddressPattern.parse(address);
      } catch (PatternException e) {
        return "InvalidAddress: " + e.getMessage();
      }
    }
    Range range = rangeOf(definition);
    if (range != null && !(range.min() <= range.max())) {
      return "InvalidRange: from " + range.min() + " to " + range.max() + " there is no number";
    }
    for (String word : accessWords(definition)) {
      if (word.startsWith(CONFLICT) && strategy(word) == null) {
        return "UnknownStrategy: \"" + word + "\"; there are " + strategies();
      }
      if (word.startsWith(TTL) && !word.matches("ttl=[0-9]{1,9}")) {
        return "InvalidLifetime: \"" + word + "\"; it is a number of seconds, for example ttl=35";
      }
    }
    return null;
  }

  // --- what an announcement means for the parameter ----------------------------------------------

  /** What the definition says about the parameter of its address; null if nothing. */
  static @Nullable AnnouncedParameter parameter(SignalDefinition definition) {
    if (definition.type() != SignalType.PARAM) {
      return null;
    }
    ConflictStrategy strategy = null;
    long ttl = ParameterSettings.UNSAID;
    boolean ephemeral = false;
    for (String word : accessWords(definition)) {
      if (word.startsWith(CONFLICT)) {
        strategy = strategy(word);
      } else if (word.startsWith(TTL)) {
        ttl = Long.parseLong(word, TTL.length(), word.length(), 10) * SECOND;
      }
      ephemeral |= word.equals(EPHEMERAL);
    }
    Range range = rangeOf(definition);
    ParameterSettings settings = new ParameterSettings(strategy, ttl, ephemeral);
    return range == null && settings.equals(ParameterSettings.NONE)
        ? null
        : new AnnouncedParameter(range, settings);
  }

  /**
   * Brings an address up to date with the registry. Whoever comes last sees the last state, so it
   * does not matter in which order two lanes come here.
   */
  private void reflect(Lane lane, String text) {
    if (text.indexOf('*') >= 0) {
      return;
    }
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    long hash = router.space().hash(name, 0, name.length);
    Stripe stripe = router.space().stripeOf(hash);
    stripe.lock.lock();
    try {
      SignalDefinition definition = router.signals().find(text);
      AnnouncedParameter announced = definition == null ? null : parameter(definition);
      Address address = stripe.find(name, 0, name.length, hash);
      if (address == null) {
        if (announced == null) {
          return;
        }
        address = stripe.add(name, 0, name.length, hash);
      }
      AnnouncedParameter before = address.announced;
      address.announced = announced;
      if (before == null && announced != null) {
        stripe.pin(address);
      } else if (before != null && announced == null) {
        stripe.unpin(address);
      }
      if (address.stored()) {
        // It may have got a lifetime, or a shorter one.
        router.retention().written(lane, address);
      }
    } finally {
      stripe.lock.unlock();
    }
  }

  private static @Nullable Range rangeOf(SignalDefinition definition) {
    return definition.meta().flatMap(SignalMeta::range).orElse(null);
  }

  private static List<String> accessWords(SignalDefinition definition) {
    return definition
        .access()
        .map(text -> Arrays.asList(text.toLowerCase(Locale.ROOT).split("[,;\\s]+")))
        .orElse(List.of());
  }

  private static @Nullable ConflictStrategy strategy(String word) {
    for (ConflictStrategy strategy : ConflictStrategy.values()) {
      if (word.equals(CONFLICT + nameOf(strategy))) {
        return strategy;
      }
    }
    return null;
  }

  private static String strategies() {
    StringJoiner names = new StringJoiner(", ");
    for (ConflictStrategy strategy : ConflictStrategy.values()) {
      names.add(nameOf(strategy));
    }
    return names.toString();
  }

  private static String nameOf(ConflictStrategy strategy) {
    return strategy.name().toLowerCase(Locale.ROOT);
  }

  // --- QUERY -------------------------------------------------------------------------------------

  /** Answers with the matching definitions, in as many RESULTs as their size needs. */
  void query(Session session, String text) {
    AddressPattern pattern;
    try {
      pattern = AddressPattern.parse(text, router.globstarParent());
    } catch (PatternException e) {
      Replies.error(
          session, new Refusal(ErrorCode.BAD_PATTERN, String.valueOf(e.getMessage())), text);
      return;
    }
    List<SignalDefinition> part = new ArrayList<>();
    int bytes = 0;
    for (SignalDefinition definition : router.signals().query(pattern)) {
      if (!session.rights().mayRead(definition)) {
        continue;
      }
      int length = MessageCodec.encode(new Message.Result(List.of(definition))).length;
      if (bytes + length > RESULT_BYTES && !part.isEmpty()) {
        Replies.message(session, new Message.Result(part));
        part.clear();
        bytes = 0;
      }
      part.add(definition);
      bytes += length;
    }
    Replies.message(session, new Message.Result(part));
  }
}
