package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.ack;
import static dev.clasp.protocol.Shorthand.announce;
import static dev.clasp.protocol.Shorthand.array;
import static dev.clasp.protocol.Shorthand.at;
import static dev.clasp.protocol.Shorthand.bundle;
import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.emptyAck;
import static dev.clasp.protocol.Shorthand.event;
import static dev.clasp.protocol.Shorthand.gesture;
import static dev.clasp.protocol.Shorthand.hello;
import static dev.clasp.protocol.Shorthand.hex;
import static dev.clasp.protocol.Shorthand.locking;
import static dev.clasp.protocol.Shorthand.map;
import static dev.clasp.protocol.Shorthand.publish;
import static dev.clasp.protocol.Shorthand.set;
import static dev.clasp.protocol.Shorthand.subscribe;
import static dev.clasp.protocol.Shorthand.sync;
import static dev.clasp.protocol.Shorthand.unlocking;
import static dev.clasp.protocol.Shorthand.welcome;
import static dev.clasp.protocol.Shorthand.withOptions;
import static dev.clasp.protocol.Shorthand.withRate;
import static dev.clasp.protocol.Shorthand.withRevision;
import static dev.clasp.protocol.Shorthand.withToken;
import static dev.clasp.protocol.Shorthand.withTtl;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.FederationOperation;
import dev.clasp.protocol.Message.FederationSync;
import dev.clasp.protocol.Message.Parameter;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.Replay;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames that the reference codec and the other clients wrote (wire.md appendices A and D). */
class ReferenceVectorsTest {

  private static final int ALL = SignalType.ALL_MASK;
  private static final long CLOCK = 1_704_067_200_000_000L;
  private static final OptionalInt NO_INT = OptionalInt.empty();
  private static final OptionalLong NO_LONG = OptionalLong.empty();
  private static final Optional<String> NO_TEXT = Optional.empty();

  /** What the bytes must become again when encoded. */
  enum Again {
    SAME_FRAME,
    /** Other QoS in the header: not every client writes the defaults that we write. */
    SAME_PAYLOAD,
    /** Narrow numbers and MessagePack: an equal message in other bytes. */
    SAME_MESSAGE
  }

  record Row(String name, String hex, Message message, Again again) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Row same(String name, String hex, Message message) {
    return new Row(name, hex, message, Again.SAME_FRAME);
  }

  private static Row payload(String name, String hex, Message message) {
    return new Row(name, hex, message, Again.SAME_PAYLOAD);
  }

  private static Row other(String name, String hex, Message message) {
    return new Row(name, hex, message, Again.SAME_MESSAGE);
  }

  /** Appendix A, first table: identical for 3.2.0 and 4.5.0. */
  static List<Row> rust() {
    return List.of(
        same("hello", "530100080101c000016e0000", hello("n", Feature.PARAM, Feature.EVENT)),
        same("hello.caps_token", "5301000901010000016e000174", withToken(hello("n"), "t")),
        same("hello.token_empty", "5301000801010000016e0000", hello("n")),
        same(
            "welcome",
            "5301001302018000060dd7102120000001730001720000",
            welcome(CLOCK, "s", "r", Feature.PARAM)),
        same(
            "announce",
            "530100390300022f61000100042f612f7800070003663634000272770f0002644200000000000000003ff"
                + "000000000000005ffffffffffffffff000164",
            announce(
                "/a",
                new SignalDefinition(
                    "/a/x",
                    SignalType.PARAM,
                    Optional.of("f64"),
                    Optional.of("rw"),
                    Optional.of(
                        new SignalMeta(
                            Optional.of("dB"),
                            Optional.of(new Range(0, 1)),
                            Optional.of(Value.of(-1)),
                            Optional.of("d")))))),
        same(
            "announce.empty_strings",
            "53010012030000000100022f61010700000000010000",
            announce(
                "",
                new SignalDefinition(
                    "/a",
                    SignalType.EVENT,
                    Optional.of(""),
                    Optional.of(""),
                    Optional.of(
                        new SignalMeta(
                            Optional.of(""), Optional.empty(), Optional.empty(), NO_TEXT))))),
        same(
            "subscribe",
            "53410021100000002a00042f612f2a050f0000003c3f847ae147ae147b0000000100000064",
            withOptions(
                subscribe(42, "/a/*", 0x05),
                OptionalInt.of(60),
                OptionalDouble.of(0.01),
                OptionalInt.of(1),
                OptionalInt.of(100))),
        same(
            "subscribe.default_options",
            "5341000c100000000100032f2a2aff00",
            subscribe(1, "/**", ALL)),
        same("unsubscribe", "53410005110000002a", new Message.Unsubscribe(42)),
        same("set.int", "5341000e210500022f76000000000000002a", set("/v", 42)),
        same("set.int_neg", "5341000e210500022f76ffffffffffffffff", set("/v", -1)),
        same("set.int_min", "5341000e210500022f768000000000000000", set("/v", Long.MIN_VALUE)),
        same("set.int_max", "5341000e210500022f767fffffffffffffff", set("/v", Long.MAX_VALUE)),
        same(
            "set.float_rev_lock",
            "5341001621c700022f763fe8000000000000000000000000002a",
            locking(withRevision(set("/v", 0.75), 42))),
        same("set.unlock", "53410006212000022f76", unlocking(set("/v", Value.NULL))),
        same(
            "set.array_int",
            "53410012210a00022f76000205000000000000000100",
            set("/v", array(Value.of(1), Value.NULL))),
        same(
            "set.map_int",
            "53410014210b00022f76000100016b050000000000000007",
            set("/v", map("k", Value.of(7)))),
        same(
            "set.bytes",
            "5341000b210900022f760003010203",
            set("/v", Value.of(new byte[] {1, 2, 3}))),
        same("get", "530100052200022f76", new Message.Get("/v")),
        same(
            "snapshot",
            "5301002423000100022f760500000000000000050000000000000002030001770000000000000009",
            new Message.Snapshot(
                List.of(
                    new Parameter("/v", Value.of(5), 2, Optional.of("w"), OptionalLong.of(9))))),
        same(
            "snapshot.writer_empty",
            "5301001323000100022f76000000000000000001010000",
            new Message.Snapshot(
                List.of(new Parameter("/v", Value.NULL, 1, Optional.of(""), NO_LONG)))),
        // The reference wrote QoS fire because no signal type was given; it reads back as event.
        payload("publish.none", "53010007202000022f7000", event("/p")),
        same(
            "publish.event_int",
            "53410018203000022f70010500000000000000010000000000000007",
            at(publish("/p", SignalType.EVENT, Content.of(Value.of(1))), 7)),
        // Stream: QoS fire by default; this frame has no flag for the rate behind the timestamp.
        same(
            "publish.stream_samples",
            "53010025205000022f700200023fe0000000000000bff000000000000000000000000000070000003c",
            withRate(at(publish("/p", SignalType.STREAM, Content.ofSamples(0.5, -1)), 7), 60)),
        same(
            "publish.gesture",
            "5301001c207b00022f7001073fe0000000000000000000000000000700000003",
            at(gesture("/p", GesturePhase.CANCEL, 3, Value.of(0.5)), 7)),
        same(
            "publish.timeline",
            "5381000f209000022f70000000000000000007",
            at(publish("/p", SignalType.TIMELINE, Content.NONE), 7)),
        same(
            "bundle",
            "5381001f3080000200000000000f4240000e210500022f610000000000000001000141",
            new Message.Bundle(
                List.of(set("/a", 1), new Message.Ping()), OptionalLong.of(1_000_000))),
        same("sync.request", "5301000a40000000000000000001", sync(1)),
        same(
            "sync.response",
            "5301001a4003000000000000000100000000000000020000000000000003",
            new Message.Sync(1, OptionalLong.of(2), OptionalLong.of(3))),
        same("ping", "5301000141", new Message.Ping()),
        same("pong", "5301000142", new Message.Pong()),
        same(
            "ack",
            "53010016501f00022f6100000000000000030100016800000009",
            ack(
                Optional.of("/a"),
                OptionalLong.of(3),
                Optional.of(true),
                Optional.of("h"),
                OptionalInt.of(9))),
        same("ack.bundle_nothing_applied", "530100025000", emptyAck()),
        same(
            "ack.address_empty",
            "5301000450010000",
            ack(Optional.of(""), NO_LONG, Optional.empty(), NO_TEXT, NO_INT)),
        same(
            "error",
            "5301001051012d00026e6f0300022f6100000009",
            new Message.Error(301, "no", Optional.of("/a"), OptionalInt.of(9))),
        same("query", "530100066000032f2a2a", new Message.Query("/**")),
        same(
            "result",
            "5301000e61000100022f6104010003663634",
            new Message.Result(
                List.of(
                    new SignalDefinition(
                        "/a",
                        SignalType.TIMELINE,
                        Optional.of("f64"),
                        NO_TEXT,
                        Optional.empty())))));
  }

  /** Appendix A, second table: 4.5.0 only. */
  static List<Row> rustV4() {
    return List.of(
        same(
            "set.ttl_never",
            "5341000a211000022f7600000000",
            withTtl(set("/v", Value.NULL), new Ttl.Never())),
        same(
            "set.ttl_sliding_35",
            "5341000a211000022f7600000023",
            withTtl(set("/v", Value.NULL), new Ttl.Sliding(35))),
        same(
            "set.ttl_absolute_1800_rev",
            "53410012219000022f76000000000000000980000708",
            withTtl(withRevision(set("/v", Value.NULL), 9), new Ttl.Absolute(1800))),
        same(
            "set.ttl_absolute_0",
            "5341000a211000022f7680000000",
            withTtl(set("/v", Value.NULL), new Ttl.Absolute(0))),
        // What cannot be told apart on the wire (wire.md 5.7).
        same(
            "set.ttl_sliding_0",
            "5341000a211000022f7600000000",
            withTtl(set("/v", Value.NULL), new Ttl.Never())),
        same(
            "set.ttl_sliding_2^31",
            "5341000a211000022f7600000000",
            withTtl(set("/v", Value.NULL), new Ttl.Never())),
        same(
            "replay.bare",
            "5341000a240000052f612f2a2aff",
            new Replay("/a/**", NO_LONG, NO_LONG, NO_INT, ALL)),
        same(
            "replay.full",
            "5341001e24e000052f612f2a2a000000000000000100000000000000020000006403",
            new Replay("/a/**", OptionalLong.of(1), OptionalLong.of(2), OptionalInt.of(100), 0x03)),
        same(
            "fed.declare",
            "5341001b04010001000a2f736974652d612f2a2a0000400006736974652d61",
            new FederationSync(
                FederationOperation.DECLARE_NAMESPACES,
                List.of("/site-a/**"),
                Map.of(),
                NO_LONG,
                Optional.of("site-a"))),
        same(
            "fed.request_since",
            "5341002304020001000a2f736974652d612f2a2a0000c000000000000000050006736974652d61",
            new FederationSync(
                FederationOperation.REQUEST_SYNC,
                List.of("/site-a/**"),
                Map.of(),
                OptionalLong.of(5),
                Optional.of("site-a"))),
        same(
            "fed.revvec",
            "5341001504030000000100042f612f78000000000000000700",
            new FederationSync(
                FederationOperation.REVISION_VECTOR,
                List.of(),
                Map.of("/a/x", 7L),
                NO_LONG,
                NO_TEXT)),
        same(
            "fed.complete",
            "534100100404000100022f780000400003687562",
            new FederationSync(
                FederationOperation.SYNC_COMPLETE,
                List.of("/x"),
                Map.of(),
                NO_LONG,
                Optional.of("hub"))),
        same(
            "hello.federation",
            "5301000801018400016e0000",
            hello("n", Feature.PARAM, Feature.FEDERATION)),
        same(
            "welcome.federation",
            "5301001302018000000000000000000001730001720000",
            welcome(0, "s", "r", Feature.PARAM)));
  }

  /** Appendix D. The four bytes in front of Arduino's frames are the length prefix of TCP. */
  static List<Row> otherClients() {
    return List.of(
        same(
            "py connect",
            "5301001a0101e00013434c41535020507974686f6e20436c69656e740000",
            hello("CLASP Python Client", Feature.PARAM, Feature.EVENT, Feature.STREAM)),
        payload(
            "py subscribe",
            "53010011100000000100082f6d697865722f2aff00",
            subscribe(1, "/mixer/*", ALL)),
        payload(
            "py subscribe with options",
            "5301001e100000000200052f612f2a2aff070000001e3f847ae147ae147b00000001",
            withOptions(
                subscribe(2, "/a/**", ALL),
                OptionalInt.of(30),
                OptionalDouble.of(0.01),
                OptionalInt.of(1),
                NO_INT)),
        payload("py set float", "5301000e210700022f763fe8000000000000", set("/v", 0.75)),
        payload("py set int", "5301000e210500022f76000000000000002a", set("/v", 42)),
        payload(
            "py set array",
            "53010025210a00022f760006050000000000000001074004000000000000080001780001010900010"
                + "1",
            set(
                "/v",
                array(
                    Value.of(1),
                    Value.of(2.5),
                    Value.of("x"),
                    Value.NULL,
                    Value.TRUE,
                    Value.of(new byte[] {1})))),
        payload("py emit", "5301000f203000022f650000060dd710212000", at(event("/e"), CLOCK)),
        payload(
            "py emit 0",
            "53010018203000022f650105000000000000000000060dd710212000",
            at(publish("/e", SignalType.EVENT, Content.of(Value.of(0))), CLOCK)),
        same(
            "py stream",
            "53010018205000022f730107403780000000000000060dd710212000",
            at(publish("/s", SignalType.STREAM, Content.of(Value.of(23.5))), CLOCK)),
        same(
            "py gesture",
            "53010022207900022f67010b000100017805000000000000000100060dd71021200000000001",
            at(gesture("/g", GesturePhase.MOVE, 1, map("x", Value.of(1))), CLOCK)),
        payload(
            "py timeline",
            "5301000f209000022f740000060dd710212000",
            at(publish("/t", SignalType.TIMELINE, Content.NONE), CLOCK)),
        other(
            "py bundle",
            "5301004c83a474797065a642554e444c45a974696d657374616d7005a86d657373616765739183a474797"
                + "065a3534554a761646472657373a82f6c696768742f31a576616c7565cb3ff0000000000000",
            new Message.Bundle(List.of(set("/light/1", 1.0)), OptionalLong.of(5))),
        other(
            "py query",
            "5301001882a474797065a55155455259a77061747465726ea32f2a2a",
            new Message.Query("/**")),
        same(
            "emb hello",
            "5301000c0101f8000545535033320000",
            hello(
                "ESP32",
                Feature.PARAM,
                Feature.EVENT,
                Feature.STREAM,
                Feature.GESTURE,
                Feature.TIMELINE)),
        payload(
            "emb subscribe", "5301000e100000000000052f612f2a2aff00", subscribe(0, "/a/**", ALL)),
        payload("emb set float", "5301000e210700022f763fe8000000000000", set("/v", 0.75)),
        payload("emb set int", "5301000e210500022f76ffffffffffffffff", set("/v", -1)),
        other(
            "emb welcome without token field",
            "530100210201f800000000000000000008656d626564646564000a4d696e69526f75746572",
            welcome(
                0,
                "embedded",
                "MiniRouter",
                Feature.PARAM,
                Feature.EVENT,
                Feature.STREAM,
                Feature.GESTURE,
                Feature.TIMELINE)),
        payload(
            "ard hello",
            "0000000c534100080101e000016e0000",
            hello("n", Feature.PARAM, Feature.EVENT, Feature.STREAM)),
        other("ard set float", "0000000e5301000a210600022f763f400000", set("/v", 0.75)),
        other("ard set int", "0000000e5301000a210400022f76ffffffff", set("/v", -1)),
        payload("ard set bool", "0000000b53010007210100022f7601", set("/v", Value.TRUE)),
        payload("ard set text", "0000000e5301000a210800022f7600026869", set("/v", Value.of("hi"))),
        payload("ard emit", "0000000b53010007202000022f6500", event("/e")),
        other(
            "ard emit 0.5",
            "000000105301000c202000022f6501063f000000",
            publish("/e", SignalType.EVENT, Content.of(Value.of(0.5)))),
        other(
            "ard stream",
            "000000105301000c204000022f7301063f000000",
            publish("/s", SignalType.STREAM, Content.of(Value.of(0.5)))),
        payload(
            "ard subscribe",
            "000000125301000e100000000100052f612f2a2aff00",
            subscribe(1, "/a/**", ALL)),
        same("ard pong", "000000055301000142", new Message.Pong()));
  }

  @ParameterizedTest
  @MethodSource({"rust", "rustV4", "otherClients"})
  void decodesToWhatWasMeantAndReencodes(Row row) {
    byte[] frame = withoutPrefix(bytes(row.hex()));

    FrameCodec.Frame decoded = FrameCodec.decode(frame, 0, frame.length);

    assertThat(decoded.message()).isEqualTo(row.message());
    assertThat(decoded.length()).isEqualTo(frame.length);
    switch (row.again()) {
      case SAME_FRAME -> assertThat(hex(FrameCodec.encode(row.message()))).isEqualTo(hex(frame));
      case SAME_PAYLOAD ->
          assertThat(hex(FrameCodec.encode(row.message(), decoded.qos()))).isEqualTo(hex(frame));
      case SAME_MESSAGE -> {
        byte[] again = MessageCodec.encode(row.message());
        assertThat(hex(again)).isNotEqualTo(hex(Vectors.payload(frame)));
        assertThat(MessageCodec.decode(again, 0, again.length)).isEqualTo(row.message());
      }
    }
  }

  @ParameterizedTest
  @MethodSource({"rust", "rustV4", "otherClients"})
  void theMessageIsTheSameInsideABundle(Row row) {
    byte[] payload = MessageCodec.encode(bundle(row.message(), row.message()));

    assertThat(MessageCodec.decode(payload, 0, payload.length))
        .isEqualTo(bundle(row.message(), row.message()));
  }

  private static byte[] withoutPrefix(byte[] bytes) {
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 4, bytes.length) : bytes;
  }
}
