package dev.clasp.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * One CLASP message as an object (wire.md 5). Routers use {@link MessageView} on the hot path;
 * everybody else uses these records.
 *
 * <p>Unsigned 64-bit fields are longs holding the bits; unsigned 32-bit fields are ints holding the
 * bits (use {@link Integer#toUnsignedLong}). Optional fields keep "present but empty" apart from
 * "absent".
 */
public sealed interface Message {

  /**
   * First message of a client.
   *
   * @param version protocol version, any value 0 to 255 is accepted
   * @param token empty and absent are the same on the wire; decodes as absent
   * @param instance the same in every HELLO of one client, and known to it and the router only: its
   *     next connection ends the one before (docs/protocol-extensions.md). Travels in the compact
   *     form only, behind the token, where decoders that do not know it do not look
   */
  record Hello(
      int version,
      Set<Feature> features,
      String name,
      Optional<String> token,
      Optional<Capabilities> capabilities,
      Optional<UUID> instance)
      implements Message {
    public Hello {
      features = Set.copyOf(features);
    }

    /** Of a client that does not say that it comes back. */
    public Hello(
        int version,
        Set<Feature> features,
        String name,
        Optional<String> token,
        Optional<Capabilities> capabilities) {
      this(version, features, name, token, capabilities, Optional.empty());
    }

    /** Without its secrets. */
    @Override
    public String toString() {
      return "Hello[version="
          + version
          + ", features="
          + features
          + ", name="
          + name
          + (token.isPresent() ? ", with token" : "")
          + (instance.isPresent() ? ", with instance" : "")
          + "]";
    }
  }

  /** Travels in the MessagePack form only. */
  record Capabilities(boolean encryption, Optional<String> compression) {}

  /** The router's answer to HELLO. {@code timeMicros} is Unix time. */
  record Welcome(
      int version,
      Set<Feature> features,
      long timeMicros,
      String session,
      String name,
      Optional<String> token)
      implements Message {
    public Welcome {
      features = Set.copyOf(features);
    }
  }

  /** {@code meta} travels in the MessagePack form only. */
  record Announce(String namespace, List<SignalDefinition> signals, Map<String, Value> meta)
      implements Message {
    public Announce {
      signals = List.copyOf(signals);
      meta = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(meta));
    }
  }

  /** Definition of a signal in ANNOUNCE and RESULT; RESULT carries no {@code meta}. */
  record SignalDefinition(
      String address,
      SignalType type,
      Optional<String> datatype,
      Optional<String> access,
      Optional<SignalMeta> meta) {}

  record SignalMeta(
      Optional<String> unit,
      Optional<Range> range,
      Optional<Value> defaultValue,
      Optional<String> description) {}

  record Range(double min, double max) {}

  /** v4: router to router. */
  record FederationSync(
      FederationOperation operation,
      List<String> patterns,
      Map<String, Long> revisions,
      OptionalLong sinceRevision,
      Optional<String> origin)
      implements Message {
    public FederationSync {
      patterns = List.copyOf(patterns);
      revisions = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(revisions));
    }
  }

  /** Code on the wire is the ordinal + 1. */
  enum FederationOperation {
    DECLARE_NAMESPACES,
    REQUEST_SYNC,
    REVISION_VECTOR,
    SYNC_COMPLETE
  }

  /**
   * @param id chosen by the client, unsigned
   * @param typeMask as on the wire; 0xFF or a mask without a known bit means all
   */
  record Subscribe(int id, String pattern, int typeMask, SubscribeOptions options)
      implements Message {}

  /**
   * @param maxRate updates per second, unsigned
   * @param epsilon smallest change worth sending
   * @param history number of past values, unsigned
   * @param windowMillis unsigned
   */
  record SubscribeOptions(
      OptionalInt maxRate, OptionalDouble epsilon, OptionalInt history, OptionalInt windowMillis) {
    public static final SubscribeOptions NONE =
        new SubscribeOptions(
            OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  record Unsubscribe(int id) implements Message {}

  /**
   * @param timestampMicros Unix time
   * @param id gesture contact, unsigned
   * @param rate samples per second, unsigned
   */
  record Publish(
      String address,
      SignalType signal,
      GesturePhase phase,
      Content content,
      OptionalLong timestampMicros,
      OptionalInt id,
      OptionalInt rate)
      implements Message {}

  /** What a PUBLISH carries. "Nothing" and an explicit null differ on the wire. */
  sealed interface Content {
    record None() implements Content {}

    record Single(Value value) implements Content {}

    record Samples(double[] samples) implements Content {
      public Samples {
        samples = samples.clone();
      }

      @Override
      public double[] samples() {
        return samples.clone();
      }

      /** How many there are. */
      public int count() {
        return samples.length;
      }

      /** One of them, without copying all. */
      public double sample(int index) {
        return samples[index];
      }

      @Override
      public boolean equals(Object o) {
        return o instanceof Samples other && java.util.Arrays.equals(samples, other.samples);
      }

      @Override
      public int hashCode() {
        return java.util.Arrays.hashCode(samples);
      }

      @Override
      public String toString() {
        return "Samples" + java.util.Arrays.toString(samples);
      }
    }

    Content NONE = new None();

    static Content of(Value value) {
      return new Single(value);
    }

    static Content ofSamples(double... samples) {
      return new Samples(samples);
    }
  }

  /**
   * {@code revision}: towards the router the expected one, from the router the new one; unsigned.
   */
  record SetValue(
      String address,
      Value value,
      OptionalLong revision,
      boolean lock,
      boolean unlock,
      Optional<Ttl> ttl)
      implements Message {}

  record Get(String address) implements Message {}

  record Snapshot(List<Parameter> parameters) implements Message {
    public Snapshot {
      parameters = List.copyOf(parameters);
    }
  }

  /** One entry of a SNAPSHOT. {@code writer} is a session id. */
  record Parameter(
      String address,
      Value value,
      long revision,
      Optional<String> writer,
      OptionalLong timestampMicros) {}

  /** v4: asks for recorded messages. */
  record Replay(
      String pattern,
      OptionalLong fromMicros,
      OptionalLong toMicros,
      OptionalInt limit,
      int typeMask)
      implements Message {}

  /** {@code timestampMicros}: execute at this Unix time. */
  record Bundle(List<Message> messages, OptionalLong timestampMicros) implements Message {
    public Bundle {
      messages = List.copyOf(messages);
    }
  }

  record Sync(long t1Micros, OptionalLong t2Micros, OptionalLong t3Micros) implements Message {}

  record Ping() implements Message {}

  record Pong() implements Message {}

  record Ack(
      Optional<String> address,
      OptionalLong revision,
      Optional<Boolean> locked,
      Optional<String> holder,
      OptionalInt correlationId)
      implements Message {}

  /** See {@link ErrorCode}; any code 0 to 65,535 may arrive. */
  record Error(int code, String message, Optional<String> address, OptionalInt correlationId)
      implements Message {}

  record Query(String pattern) implements Message {}

  record Result(List<SignalDefinition> signals) implements Message {
    public Result {
      signals = List.copyOf(signals);
    }
  }
}
