package dev.clasp.router;

import java.util.List;

/**
 * Settings of a router. Immutable. Times are in nanoseconds.
 *
 * <p>Each setting is written down once: its default and its meaning are those of the field of
 * {@link Builder}.
 */
public final class RouterConfig {

  /** The defaults of the product. */
  public static final RouterConfig DEFAULT = builder().build();

  private final Builder values;

  private RouterConfig(Builder values) {
    this.values = values;
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these settings. */
  public Builder toBuilder() {
    return values.copy();
  }

  /** These settings, with what a running router can change taken from others. */
  public RouterConfig withLive(RouterConfig next) {
    return toBuilder()
        .name(next.name())
        .ackAlways(next.ackAlways())
        .opaqueWriters(next.opaqueWriters())
        .maxSessions(next.maxSessions())
        .maxSubscriptionsPerSession(next.maxSubscriptionsPerSession())
        .maxParameters(next.maxParameters())
        .maxParametersPerSession(next.maxParametersPerSession())
        .maxStateBytes(next.maxStateBytes())
        .maxMessagesPerSecond(next.maxMessagesPerSecond())
        .signalTtlNanos(next.signalTtlNanos())
        .lockGraceNanos(next.lockGraceNanos())
        .timelineRate(next.timelineRate())
        .bundlesOutliveSession(next.bundlesOutliveSession())
        .build();
  }

  /** Announced in WELCOME. */
  public String name() {
    return values.name;
  }

  /** Acknowledge every SET and BUNDLE, whatever its QoS, as the reference does (D1). */
  public boolean ackAlways() {
    return values.ackAlways;
  }

  /**
   * Show a random id instead of the session id as the writer of a parameter, so that nobody learns
   * whom to send peer signals to (RT-23).
   */
  public boolean opaqueWriters() {
    return values.opaqueWriters;
  }

  /** {@code /a/**} matches {@code /a} for delivery, snapshot and query (D9). */
  public boolean globstarMatchesParent() {
    return values.globstarMatchesParent;
  }

  /** Sessions at once; 0 = unlimited. */
  public int maxSessions() {
    return values.maxSessions;
  }

  /** Beyond it ERROR 429. */
  public int maxSubscriptionsPerSession() {
    return values.maxSubscriptionsPerSession;
  }

  /** Of all sessions together; beyond it ERROR 429. */
  public int maxSubscriptions() {
    return values.maxSubscriptions;
  }

  /**
   * Stored parameters. A new one beyond it displaces an old one, see {@link #eviction}, or is
   * refused with ERROR 400.
   */
  public int maxParameters() {
    return values.maxParameters;
  }

  /** Stored parameters that one session created; 0 = no limit of its own. */
  public int maxParametersPerSession() {
    return values.maxParametersPerSession;
  }

  /** Bytes of all stored addresses and values together, treated like {@link #maxParameters}. */
  public long maxStateBytes() {
    return values.maxStateBytes;
  }

  /** Which parameter makes room for a new one. */
  public Eviction eviction() {
    return values.eviction;
  }

  /** A parameter written within this time is never displaced. */
  public long freshNanos() {
    return values.freshNanos;
  }

  /** Conflict strategies, lifetimes and what ends with its writer, by address pattern. */
  public List<ParameterRule> parameterRules() {
    return values.parameterRules;
  }

  /**
   * A parameter not written or read with GET for so long is removed; 0 = never. A SET with a
   * lifetime of its own is not concerned.
   */
  public long parameterTtlNanos() {
    return values.parameterTtlNanos;
  }

  /** Which expired parameters subscribers are told of, by a SET to null. */
  public ExpiryNotice expiryNotice() {
    return values.expiryNotice;
  }

  /** How long a lock outlives its session, for a client of the same name to take it back (D15). */
  public long lockGraceNanos() {
    return values.lockGraceNanos;
  }

  /**
   * Past values kept of each parameter, stream and event for subscriptions that ask for history; 0
   * = none.
   */
  public int historyDepth() {
    return values.historyDepth;
  }

  /** Memory for all past values together. */
  public long historyBytes() {
    return values.historyBytes;
  }

  /** Shortest time between two forwarded moves of a gesture (D14); 0 = every move is forwarded. */
  public long gestureIntervalNanos() {
    return values.gestureIntervalNanos;
  }

  /** Gestures of one session in progress; more end the oldest. */
  public int maxGesturesPerSession() {
    return values.maxGesturesPerSession;
  }

  /** Gestures in progress are cancelled when their session ends. */
  public boolean cancelGestures() {
    return values.cancelGestures;
  }

  /** Samples per second of a timeline that the router plays, unless it asks for another rate. */
  public int timelineRate() {
    return values.timelineRate;
  }

  /** Timelines kept. */
  public int maxTimelines() {
    return values.maxTimelines;
  }

  /** Messages in one BUNDLE. */
  public int maxBundleMembers() {
    return values.maxBundleMembers;
  }

  /** Bundles of one session that wait for their time. */
  public int maxScheduledBundles() {
    return values.maxScheduledBundles;
  }

  /** Bytes of those bundles. */
  public long maxScheduledBytes() {
    return values.maxScheduledBytes;
  }

  /** Bundles that wait for their time are executed although their session has ended. */
  public boolean bundlesOutliveSession() {
    return values.bundlesOutliveSession;
  }

  /** Messages with QoS commit of one session that are remembered to recognise repetitions. */
  public int commitWindow() {
    return values.commitWindow;
  }

  /** Announced signal definitions. */
  public int maxSignals() {
    return values.maxSignals;
  }

  /** A definition whose session has ended is kept for so long; 0 = for ever. */
  public long signalTtlNanos() {
    return values.signalTtlNanos;
  }

  /** Addresses kept for their cached route although no parameter is stored. */
  public int maxIdleAddresses() {
    return values.maxIdleAddresses;
  }

  /** Time from connection to HELLO. */
  public long handshakeNanos() {
    return values.handshakeNanos;
  }

  /** A session without traffic in either direction for so long is closed; 0 = never. */
  public long idleNanos() {
    return values.idleNanos;
  }

  /** Of one session, bundle members counted; 0 = unlimited. */
  public int maxMessagesPerSecond() {
    return values.maxMessagesPerSecond;
  }

  /** Frames that may wait for a slow session before values are conflated and samples dropped. */
  public int queueMessages() {
    return values.queueMessages;
  }

  /** The same in bytes. */
  public int queueBytes() {
    return values.queueBytes;
  }

  /** How long a session may stay above its queue limits with messages that must not be dropped. */
  public long slowGraceNanos() {
    return values.slowGraceNanos;
  }

  /** Size of the batch of one session and loop turn. */
  public int batchBytes() {
    return values.batchBytes;
  }

  /** Changes settings one by one. Not thread-safe. */
  public static final class Builder {

    private String name = "CLASP Router";
    private boolean ackAlways = false;
    private boolean opaqueWriters = false;
    private boolean globstarMatchesParent = true;
    private int maxSessions = 1000;
    private int maxSubscriptionsPerSession = 1000;
    private int maxSubscriptions = 1_000_000;
    private int maxParameters = 100_000;
    private int maxParametersPerSession = 0;
    private long maxStateBytes = 256L << 20;
    private Eviction eviction = Eviction.LEAST_RECENT;
    private long freshNanos = 10 * 1_000_000_000L;
    private List<ParameterRule> parameterRules = List.of();
    private long parameterTtlNanos = 3600 * 1_000_000_000L;
    private ExpiryNotice expiryNotice = ExpiryNotice.OWN_LIFETIME;
    private long lockGraceNanos = 0;
    private int historyDepth = 16;
    private long historyBytes = 32L << 20;
    private long gestureIntervalNanos = 16_000_000L;
    private int maxGesturesPerSession = 256;
    private boolean cancelGestures = true;
    private int timelineRate = 60;
    private int maxTimelines = 1000;
    private int maxBundleMembers = 1000;
    private int maxScheduledBundles = 1000;
    private long maxScheduledBytes = 4L << 20;
    private boolean bundlesOutliveSession = false;
    private int commitWindow = 256;
    private int maxSignals = 10_000;
    private long signalTtlNanos = 3600 * 1_000_000_000L;
    private int maxIdleAddresses = 65_536;
    private long handshakeNanos = 10 * 1_000_000_000L;
    private long idleNanos = 300 * 1_000_000_000L;
    private int maxMessagesPerSecond = 0;
    private int queueMessages = 1000;
    private int queueBytes = 4 << 20;
    private long slowGraceNanos = 5 * 1_000_000_000L;
    private int batchBytes = 64 << 10;

    private Builder() {}

    /** See {@link RouterConfig#name}. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** See {@link RouterConfig#ackAlways}. */
    public Builder ackAlways(boolean value) {
      ackAlways = value;
      return this;
    }

    /** See {@link RouterConfig#opaqueWriters}. */
    public Builder opaqueWriters(boolean value) {
      opaqueWriters = value;
      return this;
    }

    /** See {@link RouterConfig#globstarMatchesParent}. */
    public Builder globstarMatchesParent(boolean value) {
      globstarMatchesParent = value;
      return this;
    }

    /** See {@link RouterConfig#maxSessions}. */
    public Builder maxSessions(int value) {
      maxSessions = value;
      return this;
    }

    /** See {@link RouterConfig#maxSubscriptionsPerSession}. */
    public Builder maxSubscriptionsPerSession(int value) {
      maxSubscriptionsPerSession = value;
      return this;
    }

    /** See {@link RouterConfig#maxSubscriptions}. */
    public Builder maxSubscriptions(int value) {
      maxSubscriptions = value;
      return this;
    }

    /** See {@link RouterConfig#maxParameters}. */
    public Builder maxParameters(int value) {
      maxParameters = value;
      return this;
    }

    /** See {@link RouterConfig#maxParametersPerSession}. */
    public Builder maxParametersPerSession(int value) {
      maxParametersPerSession = value;
      return this;
    }

    /** See {@link RouterConfig#maxStateBytes}. */
    public Builder maxStateBytes(long value) {
      maxStateBytes = value;
      return this;
    }

    /** See {@link RouterConfig#eviction}. */
    public Builder eviction(Eviction value) {
      eviction = value;
      return this;
    }

    /** See {@link RouterConfig#freshNanos}. */
    public Builder freshNanos(long value) {
      freshNanos = value;
      return this;
    }

    /** See {@link RouterConfig#parameterRules}. */
    public Builder parameterRules(List<ParameterRule> value) {
      parameterRules = List.copyOf(value);
      return this;
    }

    /** See {@link RouterConfig#parameterTtlNanos}. */
    public Builder parameterTtlNanos(long value) {
      parameterTtlNanos = value;
      return this;
    }

    /** See {@link RouterConfig#expiryNotice}. */
    public Builder expiryNotice(ExpiryNotice value) {
      expiryNotice = value;
      return this;
    }

    /** See {@link RouterConfig#lockGraceNanos}. */
    public Builder lockGraceNanos(long value) {
      lockGraceNanos = value;
      return this;
    }

    /** See {@link RouterConfig#historyDepth}. */
    public Builder historyDepth(int value) {
      historyDepth = value;
      return this;
    }

    /** See {@link RouterConfig#historyBytes}. */
    public Builder historyBytes(long value) {
      historyBytes = value;
      return this;
    }

    /** See {@link RouterConfig#gestureIntervalNanos}. */
    public Builder gestureIntervalNanos(long value) {
      gestureIntervalNanos = value;
      return this;
    }

    /** See {@link RouterConfig#maxGesturesPerSession}. */
    public Builder maxGesturesPerSession(int value) {
      maxGesturesPerSession = value;
      return this;
    }

    /** See {@link RouterConfig#cancelGestures}. */
    public Builder cancelGestures(boolean value) {
      cancelGestures = value;
      return this;
    }

    /** See {@link RouterConfig#timelineRate}. */
    public Builder timelineRate(int value) {
      timelineRate = value;
      return this;
    }

    /** See {@link RouterConfig#maxTimelines}. */
    public Builder maxTimelines(int value) {
      maxTimelines = value;
      return this;
    }

    /** See {@link RouterConfig#maxBundleMembers}. */
    public Builder maxBundleMembers(int value) {
      maxBundleMembers = value;
      return this;
    }

    /** See {@link RouterConfig#maxScheduledBundles}. */
    public Builder maxScheduledBundles(int value) {
      maxScheduledBundles = value;
      return this;
    }

    /** See {@link RouterConfig#maxScheduledBytes}. */
    public Builder maxScheduledBytes(long value) {
      maxScheduledBytes = value;
      return this;
    }

    /** See {@link RouterConfig#bundlesOutliveSession}. */
    public Builder bundlesOutliveSession(boolean value) {
      bundlesOutliveSession = value;
      return this;
    }

    /** See {@link RouterConfig#commitWindow}. */
    public Builder commitWindow(int value) {
      commitWindow = value;
      return this;
    }

    /** See {@link RouterConfig#maxSignals}. */
    public Builder maxSignals(int value) {
      maxSignals = value;
      return this;
    }

    /** See {@link RouterConfig#signalTtlNanos}. */
    public Builder signalTtlNanos(long value) {
      signalTtlNanos = value;
      return this;
    }

    /** See {@link RouterConfig#maxIdleAddresses}. */
    public Builder maxIdleAddresses(int value) {
      maxIdleAddresses = value;
      return this;
    }

    /** See {@link RouterConfig#handshakeNanos}. */
    public Builder handshakeNanos(long value) {
      handshakeNanos = value;
      return this;
    }

    /** See {@link RouterConfig#idleNanos}. */
    public Builder idleNanos(long value) {
      idleNanos = value;
      return this;
    }

    /** See {@link RouterConfig#maxMessagesPerSecond}. */
    public Builder maxMessagesPerSecond(int value) {
      maxMessagesPerSecond = value;
      return this;
    }

    /** See {@link RouterConfig#queueMessages}. */
    public Builder queueMessages(int value) {
      queueMessages = value;
      return this;
    }

    /** See {@link RouterConfig#queueBytes}. */
    public Builder queueBytes(int value) {
      queueBytes = value;
      return this;
    }

    /** See {@link RouterConfig#slowGraceNanos}. */
    public Builder slowGraceNanos(long value) {
      slowGraceNanos = value;
      return this;
    }

    /** See {@link RouterConfig#batchBytes}. */
    public Builder batchBytes(int value) {
      batchBytes = value;
      return this;
    }

    /**
     * The settings as they are now.
     *
     * @throws IllegalArgumentException a value that cannot work, with its name
     */
    public RouterConfig build() {
      if (batchBytes < 1024 || queueBytes < batchBytes || queueMessages < 1) {
        throw new IllegalArgumentException(
            "queue limits must hold at least one batch of 1024 bytes: batchBytes="
                + batchBytes
                + ", queueBytes="
                + queueBytes
                + ", queueMessages="
                + queueMessages);
      }

      atLeast(0, "maxSessions", maxSessions);
      atLeast(0, "maxSubscriptionsPerSession", maxSubscriptionsPerSession);
      atLeast(0, "maxSubscriptions", maxSubscriptions);
      atLeast(1, "maxParameters", maxParameters);
      atLeast(0, "maxParametersPerSession", maxParametersPerSession);
      atLeast(1, "maxStateBytes", maxStateBytes);
      atLeast(0, "freshNanos", freshNanos);
      atLeast(0, "parameterTtlNanos", parameterTtlNanos);
      atLeast(0, "lockGraceNanos", lockGraceNanos);
      atLeast(0, "historyDepth", historyDepth);
      atLeast(0, "historyBytes", historyBytes);
      atLeast(0, "gestureIntervalNanos", gestureIntervalNanos);
      atLeast(0, "maxGesturesPerSession", maxGesturesPerSession);
      atLeast(1, "timelineRate", timelineRate);
      atLeast(0, "maxTimelines", maxTimelines);
      atLeast(1, "maxBundleMembers", maxBundleMembers);
      atLeast(0, "maxScheduledBundles", maxScheduledBundles);
      atLeast(0, "maxScheduledBytes", maxScheduledBytes);
      atLeast(0, "commitWindow", commitWindow);
      atLeast(0, "maxSignals", maxSignals);
      atLeast(0, "signalTtlNanos", signalTtlNanos);
      atLeast(1, "maxIdleAddresses", maxIdleAddresses);
      atLeast(1, "handshakeNanos", handshakeNanos);
      atLeast(0, "idleNanos", idleNanos);
      atLeast(0, "maxMessagesPerSecond", maxMessagesPerSecond);
      atLeast(0, "slowGraceNanos", slowGraceNanos);
      return new RouterConfig(copy());
    }

    private static void atLeast(long min, String name, long value) {
      if (value < min) {
        throw new IllegalArgumentException(name + " must be at least " + min + ", not " + value);
      }
    }

    private Builder copy() {
      Builder copy = new Builder();

      copy.name = name;
      copy.ackAlways = ackAlways;
      copy.opaqueWriters = opaqueWriters;
      copy.globstarMatchesParent = globstarMatchesParent;
      copy.maxSessions = maxSessions;
      copy.maxSubscriptionsPerSession = maxSubscriptionsPerSession;
      copy.maxSubscriptions = maxSubscriptions;
      copy.maxParameters = maxParameters;
      copy.maxParametersPerSession = maxParametersPerSession;
      copy.maxStateBytes = maxStateBytes;
      copy.eviction = eviction;
      copy.freshNanos = freshNanos;
      copy.parameterRules = parameterRules;
      copy.parameterTtlNanos = parameterTtlNanos;
      copy.expiryNotice = expiryNotice;
      copy.lockGraceNanos = lockGraceNanos;
      copy.historyDepth = historyDepth;
      copy.historyBytes = historyBytes;
      copy.gestureIntervalNanos = gestureIntervalNanos;
      copy.maxGesturesPerSession = maxGesturesPerSession;
      copy.cancelGestures = cancelGestures;
      copy.timelineRate = timelineRate;
      copy.maxTimelines = maxTimelines;
      copy.maxBundleMembers = maxBundleMembers;
      copy.maxScheduledBundles = maxScheduledBundles;
      copy.maxScheduledBytes = maxScheduledBytes;
      copy.bundlesOutliveSession = bundlesOutliveSession;
      copy.commitWindow = commitWindow;
      copy.maxSignals = maxSignals;
      copy.signalTtlNanos = signalTtlNanos;
      copy.maxIdleAddresses = maxIdleAddresses;
      copy.handshakeNanos = handshakeNanos;
      copy.idleNanos = idleNanos;
      copy.maxMessagesPerSecond = maxMessagesPerSecond;
      copy.queueMessages = queueMessages;
      copy.queueBytes = queueBytes;
      copy.slowGraceNanos = slowGraceNanos;
      copy.batchBytes = batchBytes;
      return copy;
    }
  }
}
