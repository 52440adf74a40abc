package dev.clasp.protocol;

import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Random messages of every type in the form in which a codec returns them. The binary one: no
 * capabilities, no empty token, no federation bit in WELCOME, no meta in RESULT and of ANNOUNCE.
 * The legacy one: no explicit null in PUBLISH or as a signal's default, type masks of known types
 * only. One seed, one sequence.
 */
final class RandomMessages {

  private static final int TYPES = 19;

  private final SplittableRandom random;
  private final boolean legacy;

  /** Messages as the binary codec returns them. */
  RandomMessages(long seed) {
    this(seed, false);
  }

  private RandomMessages(long seed, boolean legacy) {
    this.random = new SplittableRandom(seed);
    this.legacy = legacy;
  }

  /** Messages as the MessagePack codec returns them. */
  static RandomMessages legacy(long seed) {
    return new RandomMessages(seed, true);
  }

  Message next() {
    return message(3);
  }

  private Message message(int bundles) {
    return switch (random.nextInt(TYPES)) {
      case 0 ->
          new Message.Hello(
              random.nextInt(256),
              features(EnumSet.allOf(Feature.class)),
              text(),
              optional(() -> "t" + text()),
              legacy ? optional(this::capabilities) : Optional.empty(),
              legacy
                  ? Optional.empty()
                  : optional(() -> new java.util.UUID(random.nextLong(), random.nextLong())));
      case 1 ->
          new Message.Welcome(
              random.nextInt(256),
              features(
                  legacy
                      ? EnumSet.allOf(Feature.class)
                      : EnumSet.complementOf(EnumSet.of(Feature.FEDERATION))),
              integer(),
              text(),
              text(),
              optional(() -> "t" + text()));
      case 2 -> new Message.Announce(text(), signals(true), legacy ? entries(4) : Map.of());
      case 3 ->
          new Message.FederationSync(
              pick(FederationOperation.values()),
              list(4, this::text),
              revisions(),
              optionalLong(),
              optional(this::text));
      case 4 ->
          new Message.Subscribe(
              random.nextInt(),
              text(),
              mask(),
              new SubscribeOptions(
                  optionalInt(),
                  chance() ? OptionalDouble.of(number()) : OptionalDouble.empty(),
                  optionalInt(),
                  optionalInt()));
      case 5 -> new Message.Unsubscribe(random.nextInt());
      case 6, 7 ->
          new Message.Publish(
              text(),
              pick(SignalType.values()),
              pick(GesturePhase.values()),
              content(),
              optionalLong(),
              optionalInt(),
              optionalInt());
      case 8, 9 ->
          new Message.SetValue(
              text(), value(4), optionalLong(), chance(), chance(), optional(this::ttl));
      case 10 -> new Message.Get(text());
      case 11 ->
          new Message.Snapshot(
              list(
                  5,
                  () ->
                      new Parameter(
                          text(), value(3), integer(), optional(this::text), optionalLong())));
      case 12 -> new Message.Replay(text(), optionalLong(), optionalLong(), optionalInt(), mask());
      case 13 ->
          bundles == 0
              ? new Message.Ping()
              : new Message.Bundle(list(4, () -> message(bundles - 1)), optionalLong());
      case 14 -> new Message.Sync(integer(), optionalLong(), optionalLong());
      case 15 -> chance() ? new Message.Ping() : new Message.Pong();
      case 16 ->
          new Message.Ack(
              optional(this::text),
              optionalLong(),
              optional(this::chance),
              optional(this::text),
              optionalInt());
      case 17 ->
          new Message.Error(random.nextInt(65_536), text(), optional(this::text), optionalInt());
      default -> chance() ? new Message.Query(text()) : new Message.Result(signals(legacy));
    };
  }

  /** A value with at most so many levels of arrays and maps. */
  Value value(int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> Value.NULL;
      case 1 -> Value.of(chance());
      case 2 -> Value.of(integer());
      case 3 -> Value.of(number());
      case 4 -> Value.of(text());
      case 5 -> Value.of(bytes());
      case 6 -> Value.of(list(5, () -> value(depth - 1)));
      default -> Value.of(entries(depth));
    };
  }

  /** Entries of a map that has at most so many levels. */
  Map<String, Value> entries(int depth) {
    Map<String, Value> entries = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      entries.put(text(), value(depth - 1));
    }
    return entries;
  }

  private Message.Capabilities capabilities() {
    return new Message.Capabilities(chance(), optional(this::text));
  }

  private int mask() {
    int mask = random.nextInt(256);
    if (!legacy) {
      return mask;
    }
    int known = mask & SignalType.KNOWN_MASK;
    return known == 0 ? SignalType.ALL_MASK : known;
  }

  private Content content() {
    return switch (random.nextInt(3)) {
      case 0 -> Content.NONE;
      case 1 -> {
        Value value = value(3);
        yield legacy && value.equals(Value.NULL) ? Content.NONE : Content.of(value);
      }
      default -> {
        double[] samples = new double[random.nextInt(6)];
        java.util.Arrays.setAll(samples, _ -> number());
        yield Content.ofSamples(samples);
      }
    };
  }

  private List<SignalDefinition> signals(boolean withMeta) {
    return list(
        4,
        () ->
            new SignalDefinition(
                text(),
                pick(SignalType.values()),
                optional(this::text),
                optional(this::text),
                withMeta ? optional(this::meta) : Optional.empty()));
  }

  private SignalMeta meta() {
    return new SignalMeta(
        optional(this::text),
        optional(() -> new Message.Range(number(), number())),
        optional(() -> value(2)).filter(value -> !legacy || !value.equals(Value.NULL)),
        optional(this::text));
  }

  private Map<String, Long> revisions() {
    Map<String, Long> revisions = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      revisions.put(text(), integer());
    }
    return revisions;
  }

  private Ttl ttl() {
    return switch (random.nextInt(3)) {
      case 0 -> new Ttl.Never();
      case 1 -> new Ttl.Sliding(1 + random.nextInt(Integer.MAX_VALUE - 1));
      default -> new Ttl.Absolute(random.nextInt(Integer.MAX_VALUE));
    };
  }

  private Set<Feature> features(Set<Feature> from) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    from.forEach(feature -> {
      if (chance()) {
        features.add(feature);
      }
    });
    return features;
  }

  /** Mostly short and ASCII, sometimes empty, sometimes of any characters. */
  private String text() {
    return switch (random.nextInt(6)) {
      case 0 -> "";
      case 1 -> characters(random.nextInt(12), 0x11_0000);
      case 2 -> characters(random.nextInt(40), 0x800);
      default -> "/" + characters(random.nextInt(30), 0x80);
    };
  }

  private String characters(int count, int bound) {
    StringBuilder text = new StringBuilder();
    while (count > 0) {
      int c = random.nextInt(bound);
      if (c < 0xD800 || c > 0xDFFF) {
        text.appendCodePoint(c);
        count--;
      }
    }
    return text.toString();
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private long integer() {
    return random.nextLong() >> random.nextInt(64);
  }

  private double number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextDouble();
      case 1 -> random.nextInt(1000);
      case 2 ->
          pick(
              new Double[] {
                Double.NaN, Double.POSITIVE_INFINITY, -0.0, Double.MIN_VALUE, Double.MAX_VALUE
              });
      default -> Double.longBitsToDouble(random.nextLong());
    };
  }

  private boolean chance() {
    return random.nextBoolean();
  }

  private OptionalLong optionalLong() {
    return chance() ? OptionalLong.of(integer()) : OptionalLong.empty();
  }

  private OptionalInt optionalInt() {
    return chance() ? OptionalInt.of(random.nextInt()) : OptionalInt.empty();
  }

  private <T> Optional<T> optional(Supplier<T> supplier) {
    return chance() ? Optional.of(supplier.get()) : Optional.empty();
  }

  private <T> List<T> list(int bound, Supplier<T> supplier) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(bound); i > 0; i--) {
      list.add(supplier.get());
    }
    return list;
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
