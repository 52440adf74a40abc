package dev.clasp.router;

/**
 * Settings of a router. Immutable.
 *
 * @param name announced in WELCOME
 * @param ackAlways acknowledge every SET and BUNDLE, whatever its QoS, as the reference does (D1)
 * @param maxSessions sessions at once; 0 = unlimited
 * @param maxSubscriptionsPerSession beyond it ERROR 429
 * @param maxParameters stored parameters; a new address beyond it is refused with ERROR 400
 * @param maxBundleMembers messages in one BUNDLE
 * @param maxScheduledBundles bundles of one session that wait for their time
 * @param maxSignals announced signal definitions
 * @param maxIdleAddresses addresses kept for their cached route although no parameter is stored
 * @param handshakeNanos time from connection to HELLO
 * @param idleNanos a session without traffic in either direction for so long is closed; 0 = never
 * @param maxMessagesPerSecond of one session, bundle members counted; 0 = unlimited
 * @param queueMessages frames that may wait for a slow session before values are conflated and
 *     samples dropped
 * @param queueBytes the same in bytes
 * @param slowGraceNanos how long a session may stay above its queue limits with messages that must
 *     not be dropped
 * @param batchBytes size of the batch of one session and loop turn
 */
public record RouterConfig(
    String name,
    boolean ackAlways,
    int maxSessions,
    int maxSubscriptionsPerSession,
    int maxParameters,
    int maxBundleMembers,
    int maxScheduledBundles,
    int maxSignals,
    int maxIdleAddresses,
    long handshakeNanos,
    long idleNanos,
    int maxMessagesPerSecond,
    int queueMessages,
    int queueBytes,
    long slowGraceNanos,
    int batchBytes) {

  private static final long SECOND = 1_000_000_000L;

  /** The defaults of the product. */
  public static final RouterConfig DEFAULT =
      new RouterConfig(
          "CLASP Router",
          false,
          1000,
          1000,
          100_000,
          1000,
          1000,
          10_000,
          65_536,
          10 * SECOND,
          300 * SECOND,
          0,
          1000,
          4 << 20,
          5 * SECOND,
          64 << 10);

  public RouterConfig {
    if (batchBytes < 1024 || queueBytes < batchBytes || queueMessages < 1) {
      throw new IllegalArgumentException(
          "queue limits must hold at least one batch of 1024 bytes: batchBytes="
              + batchBytes
              + ", queueBytes="
              + queueBytes
              + ", queueMessages="
              + queueMessages);
    }
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder(DEFAULT);
  }

  /** A builder that starts from these settings. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Changes settings one by one. Not thread-safe. */
  public static final class Builder {
    private String name;
    private boolean ackAlways;
    private int maxSessions;
    private int maxSubscriptionsPerSession;
    private int maxParameters;
    private int maxBundleMembers;
    private int maxScheduledBundles;
    private int maxSignals;
    private int maxIdleAddresses;
    private long handshakeNanos;
    private long idleNanos;
    private int maxMessagesPerSecond;
    private int queueMessages;
    private int queueBytes;
    private long slowGraceNanos;
    private int batchBytes;

    private Builder(RouterConfig from) {
      name = from.name;
      ackAlways = from.ackAlways;
      maxSessions = from.maxSessions;
      maxSubscriptionsPerSession = from.maxSubscriptionsPerSession;
      maxParameters = from.maxParameters;
      maxBundleMembers = from.maxBundleMembers;
      maxScheduledBundles = from.maxScheduledBundles;
      maxSignals = from.maxSignals;
      maxIdleAddresses = from.maxIdleAddresses;
      handshakeNanos = from.handshakeNanos;
      idleNanos = from.idleNanos;
      maxMessagesPerSecond = from.maxMessagesPerSecond;
      queueMessages = from.queueMessages;
      queueBytes = from.queueBytes;
      slowGraceNanos = from.slowGraceNanos;
      batchBytes = from.batchBytes;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    public Builder ackAlways(boolean value) {
      ackAlways = value;
      return this;
    }

    public Builder maxSessions(int value) {
      maxSessions = value;
      return this;
    }

    public Builder maxSubscriptionsPerSession(int value) {
      maxSubscriptionsPerSession = value;
      return this;
    }

    public Builder maxParameters(int value) {
      maxParameters = value;
      return this;
    }

    public Builder maxBundleMembers(int value) {
      maxBundleMembers = value;
      return this;
    }

    public Builder maxScheduledBundles(int value) {
      maxScheduledBundles = value;
      return this;
    }

    public Builder maxSignals(int value) {
      maxSignals = value;
      return this;
    }

    public Builder maxIdleAddresses(int value) {
      maxIdleAddresses = value;
      return this;
    }

    public Builder handshakeNanos(long value) {
      handshakeNanos = value;
      return this;
    }

    public Builder idleNanos(long value) {
      idleNanos = value;
      return this;
    }

    public Builder maxMessagesPerSecond(int value) {
      maxMessagesPerSecond = value;
      return this;
    }

    public Builder queueMessages(int value) {
      queueMessages = value;
      return this;
    }

    public Builder queueBytes(int value) {
      queueBytes = value;
      return this;
    }

    public Builder slowGraceNanos(long value) {
      slowGraceNanos = value;
      return this;
    }

    public Builder batchBytes(int value) {
      batchBytes = value;
      return this;
    }

    public RouterConfig build() {
      return new RouterConfig(
          name,
          ackAlways,
          maxSessions,
          maxSubscriptionsPerSession,
          maxParameters,
          maxBundleMembers,
          maxScheduledBundles,
          maxSignals,
          maxIdleAddresses,
          handshakeNanos,
          idleNanos,
          maxMessagesPerSecond,
          queueMessages,
          queueBytes,
          slowGraceNanos,
          batchBytes);
    }
  }
}
