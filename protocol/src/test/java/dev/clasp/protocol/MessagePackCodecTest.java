package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.array;
import static dev.clasp.protocol.Shorthand.bundle;
import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.hex;
import static dev.clasp.protocol.Shorthand.map;
import static dev.clasp.protocol.Shorthand.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Capabilities;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.Message.SubscribeOptions;
import dev.clasp.protocol.Timeline.Keyframe;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The legacy form (wire.md 6). */
class MessagePackCodecTest {

  private static Message decode(byte[] payload) {
    return MessageCodec.decode(payload, 0, payload.length);
  }

  private static Message decode(String hex) {
    return decode(bytes(hex));
  }

  private static byte[] payload(Map<String, Value> fields) {
    ByteWriter out = new ByteWriter(0);
    MessagePackWriter.write(out, Value.of(fields), CodecLimits.DEFAULT.messagePackDepth());
    return out.toBytes();
  }

  private static void assertRefused(byte[] payload, Kind kind, String... words) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(payload))
        .satisfies(e -> {
          assertThat(e.kind()).isEqualTo(kind);
          assertThat(e.getMessage()).hasSizeLessThan(200);
          for (String word : words) {
            assertThat(e.getMessage()).contains(word);
          }
        });
  }

  private static void assertBad(String hex, String... words) {
    assertRefused(bytes(hex), Kind.BAD_MESSAGE_PACK, words);
  }

  // --- what the reference writes (wire.md appendix A) --------------------------------------------

  private static final Keyframe FIRST = new Keyframe(0, Value.of(0.0), Easing.EASE_IN);
  private static final Keyframe LAST =
      new Keyframe(
          1_000_000,
          Value.of(1),
          Easing.CUBIC_BEZIER,
          Optional.of(new CubicBezier(0.42, 0, 0.58, 1)));

  private static final Map<String, Message> WRITTEN =
      Map.ofEntries(
          Map.entry(
              "hello.caps_token",
              new Message.Hello(
                  1,
                  Set.of(),
                  "n",
                  Optional.of("t"),
                  Optional.of(new Capabilities(true, Optional.of("lz4"))))),
          Map.entry("welcome", Shorthand.welcome(1_704_067_200_000_000L, "s", "r", Feature.PARAM)),
          Map.entry(
              "subscribe",
              Shorthand.withOptions(
                  Shorthand.subscribe(42, "/a/*", 0x05),
                  OptionalInt.of(60),
                  OptionalDouble.of(0.01),
                  OptionalInt.of(1),
                  OptionalInt.of(100))),
          Map.entry(
              "set.float_rev_lock", Shorthand.locking(Shorthand.withRevision(set("/v", 0.75), 42))),
          Map.entry(
              "set.bytes (bytes 01 02 03 became an array of ints)",
              set("/v", array(Value.of(1), Value.of(2), Value.of(3)))),
          Map.entry(
              "publish.event_int",
              Shorthand.at(Shorthand.publish("/p", SignalType.EVENT, Content.of(Value.of(1))), 7)),
          Map.entry(
              "publish.timeline",
              Shorthand.at(
                  Shorthand.publish(
                      "/p",
                      SignalType.TIMELINE,
                      Content.of(
                          new Timeline(
                                  List.of(FIRST, LAST),
                                  true,
                                  OptionalLong.of(5),
                                  OptionalLong.empty())
                              .toValue())),
                  7)),
          Map.entry(
              "snapshot",
              new Message.Snapshot(
                  List.of(
                      new Parameter("/v", Value.of(5), 2, Optional.of("w"), OptionalLong.of(9))))),
          Map.entry(
              "bundle",
              new Message.Bundle(
                  List.of(set("/a", 1), new Message.Ping()), OptionalLong.of(1_000_000))),
          Map.entry("sync.response", new Message.Sync(1, OptionalLong.of(2), OptionalLong.of(3))),
          Map.entry("ping", new Message.Ping()),
          Map.entry(
              "ack",
              Shorthand.ack(
                  Optional.of("/a"),
                  OptionalLong.of(3),
                  Optional.of(true),
                  Optional.of("h"),
                  OptionalInt.of(9))),
          Map.entry("error", new Message.Error(301, "no", Optional.of("/a"), OptionalInt.of(9))),
          Map.entry("query", new Message.Query("/**")));

  static List<Appendices.Written> written() {
    return Appendices.a().stream().filter(row -> row.table().equals("messagepack")).toList();
  }

  @Test
  void everyRowOfTheAppendixIsHere() {
    assertThat(written()).hasSize(14);
    assertThat(written().stream().map(Appendices.Written::name))
        .containsExactlyInAnyOrderElementsOf(WRITTEN.keySet());
  }

  @ParameterizedTest
  @MethodSource("written")
  void readsWhatTheReferenceWritesAndWritesTheSame(Appendices.Written row) {
    Message message = decode(row.hex());

    assertThat(message).isEqualTo(WRITTEN.get(row.name()));
    // A payload is a value ever after.
    String again = row.hex().replace(PAYLOAD, VALUE);
    assertThat(hex(MessagePackCodec.encode(message))).isEqualTo(again);
  }

  /** The keys "payload" and "value". */
  private static final String PAYLOAD = "a77061796c6f6164";

  private static final String VALUE = "a576616c7565";

  @Test
  void theTimelineOfTheReferenceCanBePlayed() {
    Appendices.Written row =
        written().stream()
            .filter(r -> r.name().equals("publish.timeline"))
            .findFirst()
            .orElseThrow();
    Message.Publish publish = (Message.Publish) decode(row.hex());
    Content.Single content = (Content.Single) publish.content();

    Timeline timeline = Timeline.ofValue(content.value());

    assertThat(timeline.keyframes()).containsExactly(FIRST, LAST);
    assertThat(timeline.loop()).isTrue();
    assertThat(timeline.startMicros()).hasValue(5);
  }

  // --- round trips -------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomMessagesSurviveARoundTrip(long seed) {
    RandomMessages random = RandomMessages.legacy(seed);
    for (int i = 0; i < 2_000; i++) {
      Message message = random.next();

      byte[] payload = MessagePackCodec.encode(message);

      assertThat(MessageCodec.isMessagePack(payload[0])).isTrue();
      assertThat(decode(payload)).isEqualTo(message);
    }
  }

  /** What only this form carries (wire.md 6.2). */
  @Test
  void carriesMoreThanTheBinaryForm() {
    List<Message> messages =
        List.of(
            new Message.Hello(
                1,
                Set.of(Feature.FEDERATION),
                "n",
                Optional.empty(),
                Optional.of(new Capabilities(false, Optional.empty()))),
            new Message.Announce("/n", List.of(), new RandomMessages(1).entries(5)),
            new Message.Result(
                List.of(
                    new SignalDefinition(
                        "/a",
                        SignalType.PARAM,
                        Optional.of(""),
                        Optional.empty(),
                        Optional.of(
                            new SignalMeta(
                                Optional.of("dB"),
                                Optional.of(new Range(-60, 6)),
                                Optional.of(array(Value.of(1), Value.NULL)),
                                Optional.of("")))))));
    for (Message message : messages) {
      byte[] binary = MessageCodec.encode(message);
      assertThat(decode(MessagePackCodec.encode(message))).isEqualTo(message);
      assertThat(decode(binary)).isNotEqualTo(message);
    }
  }

  @Test
  void metaKeepsItsOrder() {
    Map<String, Value> meta = new LinkedHashMap<>();
    for (int i = 20; i > 0; i--) {
      meta.put("key" + i, Value.of(i));
    }
    Message.Announce again =
        (Message.Announce)
            decode(MessagePackCodec.encode(new Message.Announce("", List.of(), meta)));

    assertThat(again.meta().keySet()).containsExactlyElementsOf(meta.keySet());
  }

  @Test
  void valueGoesBeforePayloadBeforeSamplesBeforeTimeline() {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("timeline", Timeline.of(List.of(FIRST)).toValue());
    fields.put("samples", array(Value.of(1), Value.of(0.5)));
    fields.put("payload", Value.of("payload"));
    fields.put("value", Value.of("value"));
    fields.put("address", Value.of("/p"));
    fields.put("type", Value.of("PUBLISH"));

    assertThat(content(fields)).isEqualTo(Content.of(Value.of("value")));
    fields.put("value", Value.NULL);
    assertThat(content(fields)).isEqualTo(Content.of(Value.of("payload")));
    fields.remove("payload");
    assertThat(content(fields)).isEqualTo(Content.ofSamples(1, 0.5));
    fields.put("samples", Value.NULL);
    assertThat(content(fields)).isEqualTo(Content.of(Timeline.of(List.of(FIRST)).toValue()));
    fields.remove("timeline");
    assertThat(content(fields)).isEqualTo(Content.NONE);
    fields.put("payload", Value.NULL);
    assertThat(content(fields)).as("nil is absent").isEqualTo(Content.NONE);
  }

  private static Content content(Map<String, Value> fields) {
    return ((Message.Publish) decode(payload(fields))).content();
  }

  @Test
  void anAbsentSignalIsAnEventAndAnAbsentPhaseAStart() {
    Message.Publish publish =
        (Message.Publish)
            decode(
                payload(
                    Map.of(
                        "type",
                        Value.of("PUBLISH"),
                        "address",
                        Value.of("/p"),
                        "phase",
                        Value.NULL)));

    assertThat(publish.signal()).isEqualTo(SignalType.EVENT);
    assertThat(publish.phase()).isEqualTo(GesturePhase.START);
  }

  @Test
  void typesAreNamesAndNoneMeansAll() {
    assertThat(mask(array())).isEqualTo(0xFF);
    assertThat(mask(Value.NULL)).isEqualTo(0xFF);
    assertThat(mask(array(Value.of("gesture")))).isEqualTo(0x08);
    assertThat(
            mask(
                array(
                    Value.of("param"),
                    Value.of("event"),
                    Value.of("stream"),
                    Value.of("gesture"),
                    Value.of("timeline"))))
        .isEqualTo(0x1F);
    assertRefused(subscribe(array(Value.of("gestures"))), Kind.BAD_MESSAGE_PACK, "gestures");
    assertRefused(subscribe(array(Value.of(1))), Kind.BAD_MESSAGE_PACK, "types", "text");
  }

  private static byte[] subscribe(Value types) {
    return payload(
        Map.of(
            "type",
            Value.of("SUBSCRIBE"),
            "id",
            Value.of(1),
            "pattern",
            Value.of("/**"),
            "types",
            types));
  }

  private static int mask(Value types) {
    return ((Message.Subscribe) decode(subscribe(types))).typeMask();
  }

  @Test
  void anEmptyTokenIsNone() {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("type", Value.of("HELLO"));
    fields.put("version", Value.of(1));
    fields.put("name", Value.of("n"));
    fields.put("token", Value.of(""));

    assertThat(decode(payload(fields))).isEqualTo(Shorthand.hello("n"));
  }

  @Test
  void unknownFeaturesAreDropped() {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("type", Value.of("HELLO"));
    fields.put("version", Value.of(1));
    fields.put("name", Value.of("n"));
    fields.put("features", array(Value.of("stream"), Value.of("teleport"), Value.of("Param")));

    assertThat(decode(payload(fields))).isEqualTo(Shorthand.hello("n", Feature.STREAM));
  }

  // --- fields ------------------------------------------------------------------------------------

  private static final List<Value> ODD_VALUES =
      List.of(
          Value.TRUE,
          Value.of(-1),
          Value.of(0.5),
          Value.of("text"),
          Value.of(new byte[] {1}),
          array(Value.NULL),
          map("k", Value.of(1)));

  /** A message of each type with all its fields, and the names of those that it must have. */
  record Full(Message message, String... required) {
    String type() {
      return ((Value.Text) fields().getOrDefault("type", Value.NULL)).value();
    }

    Map<String, Value> fields() {
      byte[] payload = MessagePackCodec.encode(message);
      MessagePackReader reader = new MessagePackReader(payload, 0, payload.length);
      return new LinkedHashMap<>(((Value.Map) reader.read(96)).entries());
    }

    @Override
    public String toString() {
      return type();
    }
  }

  static List<Full> full() {
    SignalDefinition signal =
        new SignalDefinition(
            "/a",
            SignalType.STREAM,
            Optional.of("f64"),
            Optional.of("rw"),
            Optional.of(
                new SignalMeta(
                    Optional.of("dB"),
                    Optional.of(new Range(0, 1)),
                    Optional.of(Value.of(1)),
                    Optional.of("d"))));
    OptionalLong time = OptionalLong.of(77);
    OptionalInt number = OptionalInt.of(5);
    Optional<String> text = Optional.of("x");
    return List.of(
        new Full(
            new Message.Hello(
                1, Set.of(Feature.PARAM), "n", text, Optional.of(new Capabilities(true, text))),
            "version",
            "name"),
        new Full(
            new Message.Welcome(1, Set.of(Feature.PARAM), 1, "s", "n", text),
            "version",
            "session",
            "name",
            "time"),
        new Full(
            new Message.Announce("/n", List.of(signal), Map.of("k", Value.of(1))), "namespace"),
        new Full(
            new Message.Subscribe(
                1,
                "/**",
                0x03,
                new SubscribeOptions(number, OptionalDouble.of(0.5), number, number)),
            "id",
            "pattern"),
        new Full(new Message.Unsubscribe(1), "id"),
        new Full(
            new Message.Publish(
                "/p",
                SignalType.GESTURE,
                GesturePhase.END,
                Content.of(Value.of(1)),
                time,
                number,
                number),
            "address"),
        new Full(
            new Message.SetValue(
                "/v", Value.of(1), time, true, true, Optional.of(new Ttl.Sliding(3))),
            "address",
            "value"),
        new Full(new Message.Get("/v"), "address"),
        new Full(
            new Message.Snapshot(List.of(new Parameter("/v", Value.of(1), 2, text, time))),
            "params"),
        new Full(new Message.Replay("/**", time, time, number, 0x01), "pattern"),
        new Full(new Message.Bundle(List.of(new Message.Ping()), time), "messages"),
        new Full(new Message.Sync(1, time, time), "t1"),
        new Full(new Message.Ping()),
        new Full(new Message.Pong()),
        new Full(Shorthand.ack(text, time, Optional.of(true), text, number)),
        new Full(new Message.Error(400, "no", text, number), "code", "message"),
        new Full(new Message.Query("/**"), "pattern"),
        new Full(new Message.Result(List.of(signal)), "signals"),
        new Full(
            new Message.FederationSync(
                FederationOperation.REVISION_VECTOR,
                List.of("/a/**"),
                Map.of("/a", 7L),
                time,
                text),
            "op"));
  }

  @Test
  void everyTypeOfMessageIsHere() {
    List<String> types =
        Arrays.stream(Message.class.getPermittedSubclasses()).map(Class::getName).toList();

    assertThat(full().stream().map(f -> f.message().getClass().getName()))
        .containsExactlyInAnyOrderElementsOf(types);
  }

  @ParameterizedTest
  @MethodSource("full")
  void requiredFieldsAreRequiredAndOptionalOnesOptional(Full full) {
    Map<String, Value> fields = full.fields();
    assertThat(decode(payload(fields))).isEqualTo(full.message());
    for (String name : fields.keySet()) {
      Map<String, Value> without = new LinkedHashMap<>(fields);
      without.remove(name);
      Map<String, Value> nil = new LinkedHashMap<>(fields);
      nil.put(name, Value.NULL);
      if (name.equals("type") || List.of(full.required()).contains(name)) {
        assertRefused(payload(without), Kind.BAD_MESSAGE_PACK, name);
        if (!name.equals("value")) {
          assertRefused(payload(nil), Kind.BAD_MESSAGE_PACK, name);
        }
      } else {
        Message message = decode(payload(without));
        assertThat(message).as("without %s", name).isNotEqualTo(full.message());
        assertThat(decode(payload(nil))).as("nil %s is absent", name).isEqualTo(message);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("full")
  void fieldsComeInAnyOrder(Full full) {
    List<Map.Entry<String, Value>> entries = new ArrayList<>(full.fields().entrySet());
    for (int i = 0; i < 10; i++) {
      Collections.shuffle(entries, new java.util.Random(i));
      Map<String, Value> fields = new LinkedHashMap<>();
      entries.forEach(entry -> fields.put(entry.getKey(), entry.getValue()));

      assertThat(decode(payload(fields))).isEqualTo(full.message());
    }
  }

  @ParameterizedTest
  @MethodSource("full")
  void unknownFieldsAreIgnored(Full full) {
    Map<String, Value> fields = full.fields();
    fields.put("maxRate", Value.of(7));
    fields.put("correlationId", Value.of("seven"));
    fields.put("", array(map("k", Value.NULL)));

    assertThat(decode(payload(fields))).isEqualTo(full.message());
  }

  /** Any field with a value of any other kind gives a message or a declared error, no exception. */
  @ParameterizedTest
  @MethodSource("full")
  void fieldsOfTheWrongKindAreNamed(Full full) {
    Map<String, Value> fields = full.fields();
    int refused = 0;
    for (String name : fields.keySet()) {
      for (Value odd : ODD_VALUES) {
        Map<String, Value> with = new LinkedHashMap<>(fields);
        with.put(name, odd);
        try {
          decode(payload(with));
        } catch (DecodeException e) {
          assertThat(e.kind()).isEqualTo(Kind.BAD_MESSAGE_PACK);
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThanOrEqualTo(fields.size() * 3);
  }

  @Test
  void theTypeIsAName() {
    assertBad("80", "type");
    assertBad("81a47479706503", "type", "text");
    assertBad("81a474797065a470696e67", "unknown message ping");
    assertBad("81a474797065a0", "unknown message");
    Map<String, Value> fields = Map.of("type", Value.of("X".repeat(60_000)));
    assertRefused(payload(fields), Kind.BAD_MESSAGE_PACK, "unknown message XXX");
  }

  @Test
  void theLastOfRepeatedFieldsCounts() {
    assertThat(decode("82a474797065a450494e47a474797065a4504f4e47")).isEqualTo(new Message.Pong());
    assertThat(decode("83a474797065a3534554a761646472657373a22f61a576616c756582a16b01a16b02"))
        .isEqualTo(set("/a", map("k", Value.of(2))));
  }

  @Test
  void numbersOfTheProtocolAreUnsignedAndExact() {
    Message most =
        new Message.Sync(-1, OptionalLong.of(Long.MIN_VALUE), OptionalLong.of(Long.MAX_VALUE));

    byte[] payload = MessagePackCodec.encode(most);

    assertThat(hex(payload))
        .contains("cfffffffffffffffff")
        .contains("cf8000000000000000")
        .contains("cf7fffffffffffffff");
    assertThat(decode(payload)).isEqualTo(most);
    assertThat(decode(MessagePackCodec.encode(new Message.Unsubscribe(-1))))
        .isEqualTo(new Message.Unsubscribe(-1));
    Message revisions =
        new Message.FederationSync(
            FederationOperation.REVISION_VECTOR,
            List.of(),
            Map.of("/a", -1L, "/b", -2L, "/c", 3L),
            OptionalLong.empty(),
            Optional.empty());
    assertThat(decode(MessagePackCodec.encode(revisions))).isEqualTo(revisions);
  }

  private static byte[] sync(Value t1) {
    return payload(Map.of("type", Value.of("SYNC"), "t1", t1));
  }

  @Test
  void wholeFloatsAreIntegersAndOthersAreNot() {
    assertThat(decode(sync(Value.of(1.7040672e15))))
        .isEqualTo(Shorthand.sync(1_704_067_200_000_000L));
    for (double d : new double[] {0.5, -1, Double.NaN, Double.POSITIVE_INFINITY, 0x1p64, 1e300}) {
      assertRefused(sync(Value.of(d)), Kind.BAD_MESSAGE_PACK, "t1", "2^64-1");
    }
    assertRefused(sync(Value.of(-1)), Kind.BAD_MESSAGE_PACK, "t1");
  }

  @ParameterizedTest
  @CsvSource({
    "HELLO, version, 256",
    "UNSUBSCRIBE, id, 4294967296",
    "ERROR, code, 65536",
  })
  void numbersBeyondTheirFieldAreRefused(String type, String name, long tooMuch) {
    Full full = full().stream().filter(f -> f.type().equals(type)).findFirst().orElseThrow();
    Map<String, Value> fields = full.fields();
    fields.put(name, Value.of(tooMuch));

    assertRefused(payload(fields), Kind.BAD_MESSAGE_PACK, name, Long.toString(tooMuch));
    fields.put(name, Value.of(tooMuch - 1));
    assertThat(decode(payload(fields))).isNotEqualTo(full.message());
  }

  @Test
  void ttlHasThreeForms() {
    assertThat(ttl(Value.of("Never"))).hasValue(new Ttl.Never());
    assertThat(ttl(map("Sliding", Value.of(35)))).hasValue(new Ttl.Sliding(35));
    assertThat(ttl(map("Sliding", Value.of(0)))).hasValue(new Ttl.Never());
    assertThat(ttl(map("Absolute", Value.of(0)))).hasValue(new Ttl.Absolute(0));
    assertThat(ttl(Value.NULL)).isEmpty();
    for (Value bad :
        List.of(
            Value.of("never"),
            Value.of(35),
            map("sliding", Value.of(1)),
            map("Sliding", Value.of(1L << 31)),
            map("Sliding", Value.of(-1)),
            map("Absolute", Value.NULL),
            Value.of(Map.of("Sliding", Value.of(1), "Absolute", Value.of(1))),
            Value.of(Map.<String, Value>of()))) {
      assertRefused(setWith("ttl", bad), Kind.BAD_MESSAGE_PACK);
    }
  }

  private static Optional<Ttl> ttl(Value ttl) {
    return ((Message.SetValue) decode(setWith("ttl", ttl))).ttl();
  }

  private static byte[] setWith(String name, Value value) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put("type", Value.of("SET"));
    fields.put("address", Value.of("/a"));
    fields.put("value", Value.of(1));
    fields.put(name, value);
    return payload(fields);
  }

  @Test
  void aRangeHasTwoNumbers() {
    for (Value range :
        List.of(
            array(Value.of(1)),
            array(),
            array(Value.of(1), Value.of(2), Value.of(3)),
            array(Value.of(1), Value.of("2")))) {
      assertRefused(
          payload(
              Map.of(
                  "type",
                  Value.of("RESULT"),
                  "signals",
                  array(
                      Value.of(
                          Map.of(
                              "address",
                              Value.of("/a"),
                              "type",
                              Value.of("param"),
                              "meta",
                              map("range", range)))))),
          Kind.BAD_MESSAGE_PACK,
          "range");
    }
  }

  @Test
  void federationOperationsAreNames() {
    for (FederationOperation operation : FederationOperation.values()) {
      Message message =
          new Message.FederationSync(
              operation, List.of(), Map.of(), OptionalLong.empty(), Optional.empty());
      assertThat(decode(MessagePackCodec.encode(message))).isEqualTo(message);
    }
    assertRefused(
        payload(Map.of("type", Value.of("FEDERATION_SYNC"), "op", Value.of("Declare"))),
        Kind.BAD_MESSAGE_PACK,
        "federation");
  }

  // --- values (wire.md 6.3) ----------------------------------------------------------------------

  private static final String SET = "83a474797065a3534554a761646472657373a22f61a576616c7565";

  private static Value value(String hex) {
    return ((Message.SetValue) decode(SET + hex)).value();
  }

  @Test
  void mapsEveryKindOfValue() {
    assertThat(value("c0")).isEqualTo(Value.NULL);
    assertThat(value("c2")).isEqualTo(Value.FALSE);
    assertThat(value("c3")).isEqualTo(Value.TRUE);
    assertThat(value("ca3dcccccd")).isEqualTo(Value.of((double) 0.1f));
    assertThat(value("cb7ff0000000000000")).isEqualTo(Value.of(Double.POSITIVE_INFINITY));
    for (String text : List.of("a26869", "d9026869", "da00026869", "db000000026869")) {
      assertThat(value(text)).isEqualTo(Value.of("hi"));
    }
    for (String bin : List.of("c4026869", "c500026869", "c6000000026869")) {
      assertThat(value(bin)).as("bytes also if they are UTF-8").isEqualTo(Value.of(bytes("6869")));
    }
    assertThat(value("c402fffe")).isEqualTo(Value.of(bytes("fffe")));
    for (String list : List.of("9201c0", "dc000201c0", "dd0000000201c0")) {
      assertThat(value(list)).isEqualTo(array(Value.of(1), Value.NULL));
    }
    for (String map : List.of("81a16b01", "de0001a16b01", "df00000001a16b01", "81d9016b01")) {
      assertThat(value(map)).isEqualTo(map("k", Value.of(1)));
    }
    assertThat(value("a4efbbbf78")).as("a byte order mark is data").isEqualTo(Value.of("\uFEFFx"));
  }

  @ParameterizedTest
  @CsvSource({
    "00, 0",
    "7f, 127",
    "e0, -32",
    "ff, -1",
    "cc80, 128",
    "ccff, 255",
    "cd0100, 256",
    "cdffff, 65535",
    "ce00010000, 65536",
    "ceffffffff, 4294967295",
    "cf0000000100000000, 4294967296",
    "cf7fffffffffffffff, 9223372036854775807",
    "d0df, -33",
    "d080, -128",
    "d1ff7f, -129",
    "d18000, -32768",
    "d2ffff7fff, -32769",
    "d280000000, -2147483648",
    "d3ffffffff7fffffff, -2147483649",
    "d38000000000000000, -9223372036854775808",
  })
  void integersHaveManyForms(String hex, long expected) {
    assertThat(value(hex)).isEqualTo(Value.of(expected));
    ByteWriter out = new ByteWriter(0);
    MessagePackWriter.write(out, Value.of(expected), 1);
    assertThat(hex(out.toBytes())).as("the shortest is written").isEqualTo(hex);
  }

  @ParameterizedTest
  @CsvSource({
    "d001, 1",
    "cc01, 1",
    "cd0001, 1",
    "ce00000001, 1",
    "d10001, 1",
    "d200000001, 1",
    "d30000000000000001, 1",
    "cf0000000000000001, 1"
  })
  void longerFormsThanNecessaryAreRead(String hex, long expected) {
    assertThat(value(hex)).isEqualTo(Value.of(expected));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        -1,
        -2,
        -1025,
        Long.MIN_VALUE + 1,
        Long.MIN_VALUE + 1024,
        Long.MIN_VALUE + 1025,
        -1024
      })
  void unsignedIntegersBeyondTheSignedRangeBecomeTheNearestFloat(long bits) {
    double nearest = new java.math.BigDecimal(Long.toUnsignedString(bits)).doubleValue();

    assertThat(value(String.format("cf%016x", bits))).isEqualTo(Value.of(nearest));
  }

  @Test
  void everyOtherCodeIsRefused() {
    List<String> codes = List.of("c1", "c7", "c8", "c9", "d4", "d5", "d6", "d7", "d8");
    for (String code : codes) {
      assertBad(SET + code + "00".repeat(32), "0x" + code);
    }
    assertBad(SET + "8101c0", "keys must be text");
    assertBad(SET + "81c001", "keys must be text");
    assertBad(SET + "81c4016b01", "keys must be text");
    assertBad("8101c0", "keys must be text");
  }

  @Test
  void textIsStrictUtf8() {
    for (String text : List.of("a2c328", "a3eda080", "a2c0af", "d901ff", "81a1ff01")) {
      assertRefused(bytes(SET + text), Kind.BAD_UTF8);
    }
    assertRefused(bytes("81a474797065a1ff"), Kind.BAD_UTF8);
  }

  @Test
  void bytesBehindTheMapAreIgnored() {
    assertThat(decode("81a474797065a450494e47c1ff00")).isEqualTo(new Message.Ping());
  }

  @ParameterizedTest
  @MethodSource("full")
  void everyPieceOfAMessageIsTruncated(Full full) {
    byte[] payload = MessagePackCodec.encode(full.message());
    for (int length = 1; length < payload.length; length++) {
      assertRefused(Arrays.copyOf(payload, length), Kind.BAD_MESSAGE_PACK, "truncated");
    }
  }

  @Test
  void theRangeGivenIsAllThatIsRead() {
    byte[] payload = MessagePackCodec.encode(set("/a", Value.of("text")));
    byte[] around = new byte[payload.length + 20];
    System.arraycopy(payload, 0, around, 7, payload.length);

    assertThat(MessageCodec.decode(around, 7, payload.length)).isEqualTo(decode(payload));
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> MessageCodec.decode(around, 7, payload.length - 1));
  }

  // --- limits (wire.md 8.3) ----------------------------------------------------------------------

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static String repeated(String hex, int times) {
    return hex.repeat(times);
  }

  @Test
  void anUnknownFieldNestsNinetySixDeepWithItsMessageAndNoDeeper() {
    String ping = "82a474797065a450494e47a178";

    assertThat(decode(ping + repeated("91", 95) + "c0")).isEqualTo(new Message.Ping());
    assertThat(decode(ping + repeated("81a16b", 95) + "c0")).isEqualTo(new Message.Ping());
    assertRefused(bytes(ping + repeated("91", 96) + "c0"), Kind.LIMIT_EXCEEDED);
    assertRefused(bytes(ping + repeated("81a16b", 96) + "c0"), Kind.LIMIT_EXCEEDED);
  }

  @Test
  void aValueNestsSixtyFourDeepAndNoDeeper() {
    assertThat(decode(SET + repeated("91", 64) + "c0")).isInstanceOf(Message.SetValue.class);
    assertRefused(bytes(SET + repeated("91", 65) + "c0"), Kind.LIMIT_EXCEEDED);
    assertRefused(bytes(SET + repeated("81a16b", 65) + "c0"), Kind.LIMIT_EXCEEDED);
    String announce = "83a474797065a8414e4e4f554e4345a96e616d657370616365a0a46d657461";
    assertRefused(bytes(announce + repeated("81a16b", 65) + "c0"), Kind.LIMIT_EXCEEDED);
    assertThat(decode(announce + repeated("81a16b", 64) + "c0"))
        .isInstanceOf(Message.Announce.class);
  }

  @Test
  void bundlesNestEightDeepAndNoDeeper() {
    Message eight = new Message.Ping();
    for (int i = 0; i < 8; i++) {
      eight = bundle(eight);
    }
    byte[] payload = MessagePackCodec.encode(eight);
    assertThat(decode(payload)).isEqualTo(eight);
    byte[] nine = concat(bytes("82a474797065a642554e444c45a86d6573736167657391"), payload);
    assertRefused(nine, Kind.LIMIT_EXCEEDED, "bundles");
  }

  @Test
  void otherLimitsMayBeChosen() {
    byte[] payload = bytes(SET + "9191c0");
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(
            () -> MessageCodec.decode(payload, 0, payload.length, new CodecLimits(1, 8, 96)))
        .matches(e -> e.kind() == Kind.LIMIT_EXCEEDED);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> MessageCodec.decode(payload, 0, payload.length, new CodecLimits(9, 8, 2)))
        .matches(e -> e.kind() == Kind.LIMIT_EXCEEDED);
    assertThat(MessageCodec.decode(payload, 0, payload.length, new CodecLimits(2, 0, 3)))
        .isEqualTo(decode(payload));
  }

  @Test
  void weWriteNothingDeeperThanWeRead() {
    Value deepest = Value.of(1);
    Message bundles = new Message.Ping();
    for (int i = 0; i < 64; i++) {
      deepest = i % 2 == 0 ? array(deepest) : map("k", deepest);
    }
    for (int i = 0; i < 8; i++) {
      bundles = bundle(bundles, set("/v", deepest));
    }
    Value tooDeep = array(deepest);
    Message tooMany = bundle(bundles);

    assertThat(decode(MessagePackCodec.encode(bundles))).isEqualTo(bundles);
    assertThatExceptionOfType(EncodeException.class)
        .isThrownBy(() -> MessagePackCodec.encode(set("/v", tooDeep)));
    assertThatExceptionOfType(EncodeException.class)
        .isThrownBy(() -> MessagePackCodec.encode(tooMany));
  }

  @Test
  void weWriteNothingThatDoesNotFit() {
    for (Message message :
        List.of(
            set("/v", Value.of("x".repeat(65_536))),
            set("/v", Value.of(new byte[65_536])),
            set("/v", Value.of(Collections.nCopies(65_536, Value.NULL))),
            set("/v", Value.of("\ud800")),
            bundle(set("/v", Value.of(new byte[40_000])), set("/v", Value.of(new byte[40_000]))),
            new Message.Hello(256, Set.of(), "n", Optional.empty(), Optional.empty()),
            new Message.Error(-1, "", Optional.empty(), OptionalInt.empty()),
            Shorthand.subscribe(1, "/**", 0x100))) {
      assertThatExceptionOfType(EncodeException.class)
          .isThrownBy(() -> MessagePackCodec.encode(message));
    }
    assertThat(MessagePackCodec.encode(set("/v", Value.of("x".repeat(60_000))))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dbffffffff", "daffff", "d9ff", "c6ffffffff", "c5ffff", "c4ff", "ddffffffff", "dcffff",
        "dfffffffff", "deffff", "db80000000", "dd7fffffff", "df7fffffff", "9f", "8f", "bf"
      })
  void lengthsThatAreNotThereAreRefusedBeforeAnythingIsReserved(String head) {
    byte[] payload = bytes(SET + head + "c0");

    assertRefused(payload, Kind.BAD_MESSAGE_PACK, "truncated");
    assertThat(allocatedBy(payload)).isLessThan(20_000);
  }

  /** Ninety headers that claim nearly all of the same bytes. */
  @Test
  void nestedClaimsAllocateOnlyForWhatIsThere() {
    byte[] payload = new byte[65_535];
    for (String claim : List.of("dc8000", "dd0000f000", "de4000a0", "df00007000a0")) {
      byte[] head = bytes("82a474797065a450494e47a178" + claim.repeat(90) + "c1");
      Arrays.fill(payload, (byte) 0xC0);
      System.arraycopy(head, 0, payload, 0, head.length);

      assertRefused(payload, Kind.BAD_MESSAGE_PACK, "0xc1");
      assertThat(allocatedBy(payload)).as(claim).isLessThan(60_000);
    }
  }

  /**
   * The frame that cost the reference 2.6 s (wire.md 6.5): 64 values nested 1,000 deep. Refused as
   * soon as it is too deep; and 64 values as deep as they may be are read in one pass, in memory
   * that grows with their bytes.
   */
  @Test
  void depthCostsNothing() {
    byte[] deep = bytes(SET + "dc0040" + (repeated("91", 1_000) + "c0").repeat(64));
    assertThat(deep).hasSizeBetween(64_000, 65_535);
    assertRefused(deep, Kind.LIMIT_EXCEEDED);
    assertThat(allocatedBy(deep)).isLessThan(60_000);

    byte[] allowed = bytes(SET + "dc03e7" + (repeated("91", 63) + "c0").repeat(999));
    assertThat(allowed).hasSizeBetween(63_000, 65_535);
    assertThat(decode(allowed)).isInstanceOf(Message.SetValue.class);
    assertThat(allocatedBy(allowed)).isLessThan(300L * allowed.length);
  }

  private static long allocatedBy(byte[] payload) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = 0;
    for (int i = 0; i < 2; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        decode(payload);
      } catch (DecodeException e) {
        assertThat(e.kind()).isNotNull();
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    return allocated;
  }

  // --- detection (wire.md 6.1) -------------------------------------------------------------------

  @Test
  void aMapIsRecognisedByItsFirstByte() {
    for (int first = 0; first < 256; first++) {
      boolean map = first >= 0x80 && first <= 0x8F || first == 0xDE || first == 0xDF;
      assertThat(MessageCodec.isMessagePack((byte) first)).as("%02x", first).isEqualTo(map);
    }
  }
}
