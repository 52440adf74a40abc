package dev.clasp.adapterosc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.Value;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** One datagram, from its bytes to the router and back: whatever it is, all goes on. */
class OscDispatchFuzzTest {

  static Stream<byte[]> seeds() {
    Stream<OscPacket> packets =
        Stream.of(
            Bench.message("/a", 1),
            Bench.message("/a/[1-3]/{b,c}*?", 1f, "x"),
            Bench.message("//x"),
            Bench.message("/clasp/subscribe", "/**", 10),
            Bench.message("/clasp/subscribe", "/[a"),
            Bench.message("/clasp/unsubscribe"),
            Bench.message("/clasp/get", "/a"),
            Bench.message("/clasp/list", "/*"),
            Bench.message("/clasp/auth", "token"),
            Bench.message("/clasp/reply-port", 9000),
            Bench.message("/clasp/reply-port", Float.NaN),
            Bench.message("/clasp/ping", new OscArgument.Blob(new byte[5])),
            Bench.message("/clasp/bye"),
            Bench.bundle(
                new OscTimeTag(-1),
                Bench.message("/a", 1),
                Bench.bundle(OscTimeTag.IMMEDIATELY, Bench.message("/b", "c")),
                new OscBundle(OscTimeTag.IMMEDIATELY, List.of())),
            new OscBundle(OscTimeTag.IMMEDIATELY, List.of()));
    return Stream.concat(packets.map(OscCodec::encode), Stream.of(new byte[0], new byte[20]));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyDatagramIsAnsweredOrIgnored(byte[] datagram) {
    Bench bench = new Bench();
    NativeClient desk = bench.desk();
    desk.set("/osc/a", Value.of(1));
    Bench.Program program = bench.program();
    try {
      OscPacket packet = Reception.read(datagram, 0, datagram.length);
      Hosts.Host host = bench.around.hosts().of(InetAddress.getLoopbackAddress(), 0);
      Reception.Verdict verdict =
          new Reception(bench.around).judge(InetAddress.getLoopbackAddress(), host, packet, false);
      assertThat(verdict.ticket().isPresent() && verdict.refusal().isPresent()).isFalse();
      program.send(packet);
    } catch (OscException e) {
      program.session.undecodable(String.valueOf(e.getMessage()));
    }
    assertThat(program.got()).hasSizeLessThan(100);
    // Others notice nothing.
    assertThat(bench.new Program(Optional.empty(), true, 50_001).session.over()).isFalse();
    desk.set("/osc/a", Value.of(2));
    bench.loop.run();
  }
}
