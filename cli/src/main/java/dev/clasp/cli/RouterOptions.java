package dev.clasp.cli;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.router.ConflictStrategy;
import dev.clasp.router.Eviction;
import dev.clasp.router.ExpiryNotice;
import dev.clasp.router.ParameterRule;
import dev.clasp.router.RouterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How the router of {@code clasp server} treats what it is sent. */
final class RouterOptions {

  /** {@code PATTERN=STRATEGY}. */
  static final class Rule implements ITypeConverter<ParameterRule> {
    @Override
    public ParameterRule convert(String text) {
      int equals = text.lastIndexOf('=');
      if (equals < 0) {
        throw new TypeConversionException(
            "'" + Printable.escape(text) + "' needs a strategy, for example /peak/**=max");
      }
      String name = text.substring(equals + 1);
      try {
        return ParameterRule.conflict(
            pattern(text.substring(0, equals)),
            ConflictStrategy.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "there is no strategy '"
                + Printable.escape(name)
                + "': choose of lww, max, min, lock, merge");
      }
    }
  }

  /** A lifetime for everything, or for what matches a pattern. */
  record Lifetime(Optional<AddressPattern> pattern, Duration time) {}

  /** {@code TIME} or {@code PATTERN=TIME}. */
  static final class LifetimeText implements ITypeConverter<Lifetime> {
    @Override
    public Lifetime convert(String text) {
      int equals = text.lastIndexOf('=');
      Duration time = new DurationText().convert(text.substring(equals + 1));
      return new Lifetime(
          equals < 0 ? Optional.empty() : Optional.of(pattern(text.substring(0, equals))), time);
    }
  }

  /** {@code PATTERN}. */
  static final class PatternText implements ITypeConverter<AddressPattern> {
    @Override
    public AddressPattern convert(String text) {
      return pattern(text);
    }
  }

  private static AddressPattern pattern(String text) {
    try {
      return AddressPattern.parse(text);
    } catch (PatternException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private static final RouterConfig DEFAULT = RouterConfig.DEFAULT;

  @Option(
      names = "--param-ttl",
      order = HelpSections.ROUTER,
      paramLabel = "[PATTERN=]TIME",
      converter = LifetimeText.class,
      description = {
        "Forget a value that nobody wrote or got for so long; 0 = never (default: 1h).",
        "With a pattern: forget what matches when nobody wrote it for so long, and tell subscribers"
            + " by a null. May be repeated; the first pattern that matches holds. Example:"
            + " '/presence/**=35s'"
      })
  private List<Lifetime> parameterTtl = new ArrayList<>();

  @Option(
      names = "--ephemeral",
      order = HelpSections.ROUTER + 14,
      paramLabel = "PATTERN",
      converter = PatternText.class,
      description =
          "Forget what matches when the client that wrote it last leaves, and tell subscribers by a"
              + " null. May be repeated. Example: '/presence/**'")
  private List<AddressPattern> ephemeral = new ArrayList<>();

  @Option(
      names = "--signal-ttl",
      order = HelpSections.ROUTER + 1,
      paramLabel = "TIME",
      description =
          "Forget what a client announced, so long after it left; 0 = never (default: 1h).")
  private Duration signalTtl = Duration.ofNanos(DEFAULT.signalTtlNanos());

  @Option(
      names = "--no-ttl",
      order = HelpSections.ROUTER + 2,
      description =
          "Forget nothing, except values that have a lifetime of their own or by a pattern.")
  private boolean noTtl;

  @Option(
      names = "--expiry-notice",
      order = HelpSections.ROUTER + 3,
      paramLabel = "WHICH",
      description =
          "Tell subscribers by a null when a value is forgotten: none, own-lifetime, all"
              + " (default: ${DEFAULT-VALUE}).")
  private Notice expiryNotice = Notice.OWN_LIFETIME;

  @Option(
      names = "--conflict",
      order = HelpSections.ROUTER + 4,
      paramLabel = "PATTERN=HOW",
      converter = Rule.class,
      description = {
        "What decides between writes to one address: lww (the last wins), max, min, lock (the first"
            + " writer keeps it), merge (maps field by field).",
        "May be repeated; the first pattern that matches holds. Example: '/peak/**=max'"
      })
  private List<ParameterRule> rules = new ArrayList<>();

  @Option(
      names = "--lock-grace",
      order = HelpSections.ROUTER + 5,
      paramLabel = "TIME",
      description =
          "Keep the locks of a client that left so long for it to come back (default: 0).")
  private Duration lockGrace = Duration.ofNanos(DEFAULT.lockGraceNanos());

  @Option(
      names = "--eviction",
      order = HelpSections.ROUTER + 6,
      paramLabel = "WHICH",
      description =
          "Which value makes room when there are too many: least-recent, oldest-write, refuse-new"
              + " (default: ${DEFAULT-VALUE}).")
  private Room eviction = Room.LEAST_RECENT;

  @Option(
      names = "--max-parameters-per-session",
      order = HelpSections.ROUTER + 7,
      paramLabel = "N",
      description = "Values that one client may create; 0 = no limit (default: ${DEFAULT-VALUE}).")
  private int maxParametersPerSession = DEFAULT.maxParametersPerSession();

  @Option(
      names = "--max-state",
      order = HelpSections.ROUTER + 8,
      paramLabel = "MEBIBYTES",
      description = "All values together (default: ${DEFAULT-VALUE}).")
  private int maxStateMebibytes = (int) (DEFAULT.maxStateBytes() >> 20);

  @Option(
      names = "--gesture-interval",
      order = HelpSections.ROUTER + 9,
      paramLabel = "TIME",
      description = "Shortest time between two moves of a gesture; 0 = all moves (default: 16ms).")
  private Duration gestureInterval = Duration.ofNanos(DEFAULT.gestureIntervalNanos());

  @Option(
      names = "--timeline-rate",
      order = HelpSections.ROUTER + 10,
      paramLabel = "HZ",
      description = "Samples a second of a timeline that is played (default: ${DEFAULT-VALUE}).")
  private int timelineRate = DEFAULT.timelineRate();

  @Option(
      names = "--history",
      order = HelpSections.ROUTER + 11,
      paramLabel = "N",
      description =
          "Past values kept of each address for those who ask; 0 = none (default:"
              + " ${DEFAULT-VALUE}).")
  private int history = DEFAULT.historyDepth();

  @Option(
      names = "--bundles-outlive-session",
      order = HelpSections.ROUTER + 12,
      description = "Execute scheduled bundles although the client that sent them has left.")
  private boolean bundlesOutliveSession;

  @Option(
      names = "--opaque-writers",
      order = HelpSections.ROUTER + 13,
      description = "Do not show the session id of who wrote a value.")
  private boolean opaqueWriters;

  /** As {@link Eviction}, in the words of the command line. */
  enum Room {
    LEAST_RECENT,
    OLDEST_WRITE,
    REFUSE_NEW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** As {@link ExpiryNotice}, in the words of the command line. */
  enum Notice {
    NONE,
    OWN_LIFETIME,
    ALL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The sentence to show when an option is out of its range, or null. */
  @Nullable String mistake() {
    List<Lifetime> general = parameterTtl.stream().filter(l -> l.pattern().isEmpty()).toList();
    if (general.size() > 1) {
      return "--param-ttl without a pattern may be given once";
    }
    if (noTtl && !general.isEmpty()) {
      return "--no-ttl and --param-ttl say different things: leave one out";
    }
    if (maxParametersPerSession < 0) {
      return "--max-parameters-per-session must be 0 or more, not " + maxParametersPerSession;
    }
    if (maxStateMebibytes < 1 || maxStateMebibytes > 1 << 20) {
      return "--max-state must be 1 to 1048576, not " + maxStateMebibytes;
    }
    if (timelineRate < 1 || timelineRate > 1000) {
      return "--timeline-rate must be 1 to 1000, not " + timelineRate;
    }
    if (history < 0 || history > 10_000) {
      return "--history must be 0 to 10000, not " + history;
    }
    return null;
  }

  void apply(RouterConfig.Builder router) {
    List<ParameterRule> all = new ArrayList<>(rules);
    ephemeral.forEach(pattern -> all.add(ParameterRule.ephemeral(pattern)));
    long general = DEFAULT.parameterTtlNanos();
    for (Lifetime lifetime : parameterTtl) {
      long nanos = lifetime.time().toNanos();
      if (lifetime.pattern().isPresent()) {
        all.add(ParameterRule.lifetime(lifetime.pattern().get(), nanos));
      } else {
        general = nanos;
      }
    }
    router
        .parameterTtlNanos(noTtl ? 0 : general)
        .signalTtlNanos(noTtl ? 0 : signalTtl.toNanos())
        .expiryNotice(ExpiryNotice.valueOf(expiryNotice.name()))
        .parameterRules(all)
        .lockGraceNanos(lockGrace.toNanos())
        .eviction(Eviction.valueOf(eviction.name()))
        .maxParametersPerSession(maxParametersPerSession)
        .maxStateBytes((long) maxStateMebibytes << 20)
        .gestureIntervalNanos(gestureInterval.toNanos())
        .timelineRate(timelineRate)
        .historyDepth(history)
        .bundlesOutliveSession(bundlesOutliveSession)
        .opaqueWriters(opaqueWriters);
  }
}
