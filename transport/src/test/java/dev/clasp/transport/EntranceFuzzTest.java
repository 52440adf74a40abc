package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.protocol.CloseReason;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes on a new connection: an answer, frames or the end, never a failure of ours, never much
 * memory, and nobody stays who did not become a WebSocket or speak CLASP over TCP. The first byte
 * chooses the pieces; connections with an even one come from a trusted proxy.
 */
class EntranceFuzzTest {

  /** Head, body, one message in pieces, and their buffers. */
  private static final int MEMORY_MAX = 256 << 10;

  /** Sends every message back. */
  private record Echo(FrameLink link) implements FrameListener {
    @Override
    public void frame(byte[] buffer, int offset, int length) {
      int prefix = link.framing().prefixLength(length);
      byte[] framed = new byte[prefix + length];
      link.framing().writePrefix(framed, 0, length);
      System.arraycopy(buffer, offset, framed, prefix, length);
      link.write(framed, 0, framed.length);
    }

    @Override
    public void closed(CloseReason reason) {}
  }

  /** A proxy that speaks for 203.0.113.9:4660. */
  private static final byte[] PROXY =
      Wire.concat(
          bytes("\r\n\r\n\0\r\nQUIT\n"),
          new byte[] {0x21, 0x11, 0, 12, (byte) 203, 0, 113, 9, 10, 0, 0, 1, 0x12, 0x34, 0, 80});

  static Stream<byte[]> seeds() {
    String upgrade =
        "GET /clasp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: clasp\r\nOrigin: http://localhost:1\r\n\r\n";
    return Stream.of(
            bytes(upgrade),
            Wire.concat(
                bytes(upgrade),
                Wire.masked(Wire.FIN | Wire.BINARY, Wire.bytes(20)),
                Wire.masked(Wire.BINARY, Wire.bytes(20)),
                Wire.masked(Wire.FIN | Wire.PING, Wire.bytes(2)),
                Wire.masked(Wire.FIN, Wire.bytes(200)),
                Wire.masked(Wire.FIN | Wire.CLOSE, Wire.reason(1000, "bye"))),
            bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\nHEAD /ready?x=1 HTTP/1.0\r\n\r\n"),
            bytes("POST /x HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"),
            bytes(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n"
                    + "Trailer: 1\r\n\r\n"),
            bytes("GET http://h:1/p?q HTTP/1.1\r\nUpgrade: h2c, websocket\r\n\r\n"),
            bytes("OPTIONS * HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
            Wire.concat(Http2Frames.PREFACE, Http2Frames.get(1, "/")),
            new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3, 10, 10},
            new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0},
            new byte[] {0x53, 1, 0, 1, 1},
            new byte[] {0, 0, 0, 5, 0x53, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7},
            new byte[] {0, 1, 0, 1, 0},
            new byte[] {0, (byte) 0xFF, 0, 0},
            Wire.concat(PROXY, new byte[] {0, 0, 0, 1, 9}),
            Wire.concat(PROXY, bytes(upgrade)),
            Wire.concat(PROXY, PROXY))
        .flatMap(b ->
            Stream.of((byte) 0, (byte) 7, (byte) 255)
                .map(piece -> Wire.concat(new byte[] {piece}, b)));
  }

  /** HTTP/2. */
  private static boolean beginsWithSettings(byte[] output) {
    return output.length >= 9 && output[0] == 0 && output[3] == Http2Frames.SETTINGS;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static final EventLoops UNUSED = EventLoops.create("unused", 1);

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAnsweredOrTheEnd(byte[] bytes) {
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    boolean[] linked = {false};
    String[] transport = {""};
    LinkServer server =
        LinkServer.builder()
            .loops(UNUSED)
            .pingInterval(Duration.ZERO)
            .proxies(TrustedProxies.of(List.of("10.0.0.0/8")))
            .acceptor(link -> {
              linked[0] = true;
              transport[0] = link.transport();
              return new Echo(link);
            })
            .build();
    int piece = bytes.length == 0 ? 1 : 1 + (bytes[0] & 0xFF);
    String from = piece % 2 == 1 ? "10.0.0.1" : "192.0.2.1";
    byte[] output = {};
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = EmbeddedPeer.ofServer(server, from)) {
      peer.channel().config().setAllocator(memory);
      for (int at = 1; at < bytes.length; at += piece) {
        peer.send(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
        byte[] more = peer.received();
        output = output.length == 0 ? more : output;
        long used = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
        assertThat(used).as("bytes in buffers").isLessThan(MEMORY_MAX);
      }
      peer.advance(Duration.ofSeconds(61));
      assertThat(peer.isOpen() && !linked[0]).as("still there, but no link").isFalse();
      if (transport[0].equals("tcp")) {
        assertThat(output.length == 0 || output[0] == 0).as("lengths first").isTrue();
      } else if (output.length > 0 && output[0] != 0x15 && !beginsWithSettings(output)) {
        assertThat(new String(output, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 ");
      }
      assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
    }
    assertThat(memory.metric().usedHeapMemory()).as("heap buffers left").isZero();
    assertThat(memory.metric().usedDirectMemory()).as("direct buffers left").isZero();
  }
}
