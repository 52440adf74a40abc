package dev.clasp.protocol;

import static dev.clasp.protocol.DecodeException.Kind.BAD_MAGIC;
import static dev.clasp.protocol.DecodeException.Kind.BAD_MESSAGE_PACK;
import static dev.clasp.protocol.DecodeException.Kind.BAD_UTF8;
import static dev.clasp.protocol.DecodeException.Kind.MALFORMED_FIELD;
import static dev.clasp.protocol.DecodeException.Kind.TRUNCATED;
import static dev.clasp.protocol.DecodeException.Kind.UNKNOWN_MESSAGE_TYPE;
import static dev.clasp.protocol.DecodeException.Kind.UNKNOWN_VALUE_TYPE;
import static dev.clasp.protocol.DecodeException.Kind.UNSUPPORTED_FRAME_FEATURE;
import static dev.clasp.protocol.Shorthand.announce;
import static dev.clasp.protocol.Shorthand.at;
import static dev.clasp.protocol.Shorthand.bundle;
import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.emptyAck;
import static dev.clasp.protocol.Shorthand.event;
import static dev.clasp.protocol.Shorthand.hello;
import static dev.clasp.protocol.Shorthand.map;
import static dev.clasp.protocol.Shorthand.publish;
import static dev.clasp.protocol.Shorthand.set;
import static dev.clasp.protocol.Shorthand.signal;
import static dev.clasp.protocol.Shorthand.subscribe;
import static dev.clasp.protocol.Shorthand.welcome;
import static dev.clasp.protocol.Shorthand.withOptions;
import static dev.clasp.protocol.Shorthand.withRate;
import static dev.clasp.protocol.Shorthand.withRevision;
import static dev.clasp.protocol.Shorthand.withTtl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.DecodeException.Kind;
import dev.clasp.protocol.Message.Content;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Odd and malformed frames with their required results (wire.md appendix B). */
class MalformedInputTest {

  private static final int ALL = SignalType.ALL_MASK;

  record Odd(String name, String hex, Message message, int consumed) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** {@code needed} of -1: not prescribed. */
  record Bad(String name, String hex, Kind kind, int needed) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Odd odd(String name, String hex, Message message) {
    return new Odd(name, hex, message, hex.length() / 2);
  }

  private static Bad bad(String name, String hex, Kind kind) {
    return new Bad(name, hex, kind, -1);
  }

  static List<Odd> acceptedFrames() {
    Message ping = new Message.Ping();
    return List.of(
        new Odd("frame.two_frames", "53010001415301000142", ping, 5),
        new Odd("frame.trailing_garbage", "5301000141ffff", ping, 5),
        odd("frame.qos3", "53c1000141", ping),
        odd("frame.encoding0_binary_payload", "5300000141", ping),
        odd("frame.encoding7", "5307000141", ping),
        odd("ping.trailing", "5301000441ffffff", ping),
        odd("set.null_ok", "53010006210000022f61", set("/a", Value.NULL)),
        odd("set.bool_2", "53010007210100022f6102", set("/a", Value.TRUE)),
        odd(
            "set.v4_ttl_abs1800_rev",
            "5301001a219700022f613fe0000000000000000000000000000980000708",
            withTtl(withRevision(set("/a", 0.5), 9), new Ttl.Absolute(1800))),
        odd(
            "set.v4_ttl_abs0",
            "5301000a211000022f6180000000",
            withTtl(set("/a", Value.NULL), new Ttl.Absolute(0))),
        odd("set.trailing", "53010008210000022f61aabb", set("/a", Value.NULL)),
        odd("set.i8", "53010007210200022f61ff", set("/a", -1)),
        odd("set.i16", "53010008210300022f61fffe", set("/a", -2)),
        odd("set.i32", "5301000a210400022f61fffffffd", set("/a", -3)),
        odd("set.f32_0.1", "5301000a210600022f613dcccccd", set("/a", 0.10000000149011612)),
        odd("set.bom_value", "5301000c210800022f610004efbbbf78", set("/a", Value.of("\uFEFFx"))),
        odd(
            "set.map_dup_key",
            "53010012210b00022f61000200016b010000016b0101",
            set("/a", map("k", Value.TRUE))),
        odd(
            "set.map_proto",
            "5301001b210b00022f61000100095f5f70726f746f5f5f0b00010001780101",
            set("/a", map("__proto__", map("x", Value.TRUE)))),
        odd("pub.minimal", "53010007202000022f6100", event("/a")),
        odd("pub.sig5", "5301000720a000022f6100", event("/a")),
        odd("pub.sig7_phase7", "5301000720e700022f6100", event("/a")),
        odd(
            "pub.phase5",
            "53010007206500022f6100",
            publish("/a", SignalType.GESTURE, Content.NONE)),
        odd("pub.trailing3", "5301000a202000022f6100010203", event("/a")),
        odd("pub.rate_trailing4", "5301000b202000022f61000000003c", withRate(event("/a"), 60)),
        odd("pub.rate_trailing6", "5301000d202000022f61000000003c0102", withRate(event("/a"), 60)),
        odd(
            "pub.samples_ts",
            "53010019205000022f610200013ff0000000000000000000000000004d",
            at(publish("/a", SignalType.STREAM, Content.ofSamples(1)), 77)),
        odd(
            "pub.value_null",
            "53010008202000022f610100",
            publish("/a", SignalType.EVENT, Content.of(Value.NULL))),
        odd(
            "hello.v4_federation",
            "530100080101e400016e0000",
            hello("n", Feature.PARAM, Feature.EVENT, Feature.STREAM, Feature.FEDERATION)),
        odd(
            "hello.low_bits",
            "530100080101e300016e0000",
            hello("n", Feature.PARAM, Feature.EVENT, Feature.STREAM)),
        odd(
            "welcome.no_token",
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
        // The mask stays as it came; SignalType says which masks mean all.
        odd("sub.mask0", "5301000b100000000100022f610000", subscribe(1, "/a", 0)),
        odd("sub.maskE0", "5301000b100000000100022f61e000", subscribe(1, "/a", 0xE0)),
        odd("sub.mask_c1", "5301000b100000000100022f61c100", subscribe(1, "/a", 0xC1)),
        odd("sub.opt10", "5301000b100000000100022f61ff10", subscribe(1, "/a", ALL)),
        odd("bundle.low_flags", "53010004307f0000", bundle()),
        odd(
            "sync.flags_t3_only",
            "53010012400200000000000000010000000000000003",
            new Message.Sync(1, OptionalLong.empty(), OptionalLong.of(3))),
        odd("ack.all_reserved", "5301000250e0", emptyAck()),
        odd(
            "announce.sig9",
            "5301000d0300022f6e000100022f610900",
            announce("/n", signal("/a", SignalType.EVENT))),
        odd(
            "result.opt4",
            "5301000961000100022f610004",
            new Message.Result(List.of(signal("/a", SignalType.PARAM)))),
        odd("mp.ping", "5300000b81a474797065a450494e47", ping),
        odd("mp.ping_flag1", "5301000b81a474797065a450494e47", ping),
        odd(
            "mp.set_min",
            "5300002483a474797065a3534554a761646472657373a22f61a576616c7565cb3fe0000000000000",
            set("/a", 0.5)),
        odd(
            "mp.set_type_last",
            "5300001c83a761646472657373a22f61a576616c756501a474797065a3534554",
            set("/a", 1)),
        odd(
            "mp.set_f32",
            "5300002083a474797065a3534554a761646472657373a22f61a576616c7565ca3f000000",
            set("/a", 0.5)),
        odd(
            "mp.set_u64max",
            "5300002483a474797065a3534554a761646472657373a22f61a576616c7565cfffffffffffffffff",
            set("/a", 1.8446744073709552e19)),
        odd(
            "mp.set_bin_utf8",
            "5300001f83a474797065a3534554a761646472657373a22f61a576616c7565c4026869",
            set("/a", Value.of(bytes("6869")))),
        odd(
            "mp.set_bin_nonutf8",
            "5300001f83a474797065a3534554a761646472657373a22f61a576616c7565c402fffe",
            set("/a", Value.of(bytes("fffe")))),
        odd(
            "mp.set_nil",
            "5300001c83a474797065a3534554a761646472657373a22f61a576616c7565c0",
            set("/a", Value.NULL)),
        odd(
            "mp.set_extra_field",
            "5300001f84a474797065a3534554a761646472657373a22f61a576616c756501a16201",
            set("/a", 1)),
        odd("mp.trailing", "5300000c81a474797065a450494e4700", ping),
        odd("mp.map16", "5300000dde0001a474797065a450494e47", ping),
        odd("mp.map32", "5300000fdf00000001a474797065a450494e47", ping),
        odd(
            "mp.py_bundle",
            "5301003e83a474797065a642554e444c45a974696d657374616d70c0a86d657373616765739183a4747"
                + "97065a3534554a761646472657373a22f61a576616c756501",
            bundle(set("/a", 1))),
        odd(
            "mp.py_query",
            "5301001e82a474797065a55155455259a77061747465726ea92f6c756d656e2f2a2a",
            new Message.Query("/lumen/**")),
        odd(
            "mp.sub_camel",
            "5300003184a474797065a9535542534352494245a2696401a77061747465726ea22f61a76f7074696f6e"
                + "7381a76d61785261746507",
            subscribe(1, "/a", ALL)),
        odd(
            "mp.sub_snake",
            "5300003284a474797065a9535542534352494245a2696401a77061747465726ea22f61a76f7074696f6e"
                + "7381a86d61785f7261746507",
            withOptions(
                subscribe(1, "/a", ALL),
                OptionalInt.of(7),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalInt.empty())));
  }

  static List<Bad> refusedFrames() {
    return List.of(
        new Bad("frame.empty", "", TRUNCATED, 4),
        new Bad("frame.3bytes", "530100", TRUNCATED, 4),
        bad("frame.bad_magic", "5401000141", BAD_MAGIC),
        new Bad("frame.zero_payload", "53010000", TRUNCATED, 1),
        new Bad("frame.short_payload", "5301000241", TRUNCATED, 6),
        new Bad("frame.ts_missing", "5321000141", TRUNCATED, 13),
        bad("frame.encrypted_bit", "5311000141", UNSUPPORTED_FRAME_FEATURE),
        bad("frame.compressed_bit", "5309000141", UNSUPPORTED_FRAME_FEATURE),
        bad("msg.unknown_00", "5301000100", UNKNOWN_MESSAGE_TYPE),
        // Known in v4, as is 24 below.
        bad("msg.unknown_04", "5301000104", TRUNCATED),
        bad("msg.unknown_24", "5301000124", TRUNCATED),
        bad("msg.unknown_90", "5301000190", UNKNOWN_MESSAGE_TYPE),
        bad("msg.unknown_ff", "53010001ff", UNKNOWN_MESSAGE_TYPE),
        bad("set.only_type", "5301000121", TRUNCATED),
        bad("set.no_addr", "530100022100", TRUNCATED),
        bad("set.addr_short", "53010006210000052f61", TRUNCATED),
        bad("set.bool_missing", "53010006210100022f61", TRUNCATED),
        bad("set.f64_short", "5301000d210700022f6100000000000000", TRUNCATED),
        bad("set.rev_missing", "53010006218000022f61", TRUNCATED),
        bad("set.vtype_0c", "5301000e210c00022f610000000000000000", UNKNOWN_VALUE_TYPE),
        bad("set.bad_utf8_addr", "53010007210000032ffffe", BAD_UTF8),
        bad("set.bad_utf8_value", "5301000a210800022f610002c328", BAD_UTF8),
        bad("set.surrogate_utf8", "5301000b210800022f610003eda080", BAD_UTF8),
        bad("set.overlong_utf8", "5301000a210800022f610002c0af", BAD_UTF8),
        bad("set.array_count_too_big", "53010008210a00022f61ffff", TRUNCATED),
        bad("set.array_count_partial", "5301000a210a00022f6100030000", TRUNCATED),
        bad("set.map_count_too_big", "53010008210b00022f61ffff", TRUNCATED),
        bad("set.bytes_short", "53010009210900022f61000501", TRUNCATED),
        bad("set.array_nested_badtype", "53010009210a00022f6100010c", UNKNOWN_VALUE_TYPE),
        bad("pub.indicator_3", "53010007202000022f6103", MALFORMED_FIELD),
        bad("pub.samples_short", "53010011204000022f610200023ff0000000000000", TRUNCATED),
        bad("pub.ts_missing", "53010007203000022f6100", TRUNCATED),
        bad("pub.no_indicator", "53010006202000022f61", TRUNCATED),
        bad("hello.no_token", "530100060101e000016e", TRUNCATED),
        bad("sub.no_mask", "53010009100000000100022f61", TRUNCATED),
        bad("bundle.count_too_big", "530100043000ffff", TRUNCATED),
        bad("bundle.inner_len0", "53010006300000010000", TRUNCATED),
        bad("bundle.inner_short", "5301000730000001000541", TRUNCATED),
        bad(
            "bundle.inner_msgpack",
            "5301001130000001000b81a474797065a450494e47",
            UNKNOWN_MESSAGE_TYPE),
        bad("bundle.inner_unknown", "530100073000000100017f", UNKNOWN_MESSAGE_TYPE),
        bad("bundle.inner_overrun_string", "5301000e3000000200052200052f61000141", TRUNCATED),
        bad("sync.short", "53010003400000", TRUNCATED),
        bad("error.short", "530100025100", TRUNCATED),
        bad("error.no_flags", "5301000651012d000178", TRUNCATED),
        bad("announce.count_big", "530100070300022f6effff", TRUNCATED),
        bad("mp.numeric_type3", "5300001282a47479706503a761646472657373a22f61", BAD_MESSAGE_PACK),
        bad("mp.empty_map", "5300000180", BAD_MESSAGE_PACK),
        bad(
            "mp.set_missing_value",
            "5300001582a474797065a3534554a761646472657373a22f61",
            BAD_MESSAGE_PACK),
        bad(
            "mp.set_lower_type",
            "5300001c83a474797065a3736574a761646472657373a22f61a576616c756501",
            BAD_MESSAGE_PACK),
        bad(
            "mp.intkey_value_map",
            "5300001e83a474797065a3534554a761646472657373a22f61a576616c7565810102",
            BAD_MESSAGE_PACK),
        bad(
            "mp.ext",
            "5300001e83a474797065a3534554a761646472657373a22f61a576616c7565d40101",
            BAD_MESSAGE_PACK),
        bad("mp.truncated", "5300000b82a474797065a450494e47", BAD_MESSAGE_PACK),
        // Not in the appendix.
        bad("set.ttl_missing", "53010006211000022f61", TRUNCATED),
        bad("set.ttl_short", "53010009211000022f61000001", TRUNCATED),
        bad("set.magic_and_little_else", "54", TRUNCATED),
        bad("fed.operation_0", "5301000704000000000000", MALFORMED_FIELD),
        bad("fed.operation_5", "5301000704050000000000", MALFORMED_FIELD),
        bad("fed.patterns_count_too_big", "530100040401ffff", TRUNCATED),
        bad("fed.revisions_count_too_big", "5301000604010000ffff", TRUNCATED),
        bad("snapshot.count_too_big", "5301000323ffff", TRUNCATED),
        bad("result.count_too_big", "5301000361ffff", TRUNCATED),
        bad("pub.samples_count_too_big", "53010009202000022f6102ffff", TRUNCATED),
        bad("replay.no_mask", "53010005240000012f", TRUNCATED),
        bad("ack.revision_missing", "530100025002", TRUNCATED));
  }

  @ParameterizedTest
  @MethodSource("acceptedFrames")
  void isAcceptedAsRequired(Odd odd) {
    byte[] bytes = bytes(odd.hex());

    FrameCodec.Frame frame = FrameCodec.decode(bytes, 0, bytes.length);

    assertThat(frame.message()).isEqualTo(odd.message());
    assertThat(frame.length()).isEqualTo(odd.consumed());
    assertThat(frame.qos()).isEqualTo(Qos.FIRE);
  }

  @ParameterizedTest
  @MethodSource("refusedFrames")
  void isRefusedAsRequired(Bad bad) {
    byte[] bytes = bytes(bad.hex());

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> FrameCodec.decode(bytes, 0, bytes.length))
        .satisfies(e -> {
          assertThat(e.kind()).isEqualTo(bad.kind());
          if (bad.needed() >= 0) {
            assertThat(e.needed()).isEqualTo(bad.needed());
          }
        });
  }

  /** Whatever the frame says, bytes behind its end are never looked at. */
  @ParameterizedTest
  @MethodSource("refusedFrames")
  void theBytesAroundTheFrameDoNotMatter(Bad bad) {
    byte[] bytes = bytes(bad.hex());
    byte[] around = new byte[bytes.length + 100];
    System.arraycopy(bytes, 0, around, 50, bytes.length);

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> FrameCodec.decode(around, 50, bytes.length))
        .matches(e -> e.kind() == bad.kind());
  }

  @ParameterizedTest
  @MethodSource("acceptedFrames")
  void everyShorterPieceIsATruncatedFrame(Odd odd) {
    byte[] bytes = bytes(odd.hex());
    for (int length = 0; length < odd.consumed(); length++) {
      int available = length;
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> FrameCodec.decode(bytes, 0, available))
          .matches(e -> e.kind() == TRUNCATED)
          .matches(e -> e.needed() > available);
    }
  }
}
