package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes behind the preface of HTTP/2: answers or the end, never a failure of ours, never much
 * memory, and nobody stays without asking for something. The first byte chooses the pieces.
 */
class Http2FuzzTest {

  /** Heads, bodies, answers and the windows of one peer. */
  private static final int MEMORY_MAX = 2 << 20;

  private static final EventLoops UNUSED = EventLoops.create("unused", 1);

  static Stream<byte[]> seeds() {
    return Stream.of(
            Wire.concat(Http2Frames.get(1, "/"), Http2Frames.get(3, "/events")),
            Wire.concat(
                Http2Frames.post(1, "/", "content-length", "5", "expect", "100-continue"),
                Http2Frames.data(1, true, Wire.bytes(5))),
            Wire.concat(
                Http2Frames.setting(4, 0),
                Http2Frames.get(1, "/large", "accept-encoding", "gzip"),
                Http2Frames.window(1, 100_000),
                Http2Frames.window(0, 1000)),
            Wire.concat(
                Http2Frames.post(1, "/", "content-encoding", "gzip"),
                Http2Frames.data(1, true, Wire.bytes(50)),
                Http2Frames.reset(1)),
            Wire.concat(
                Http2Frames.frame(
                    Http2Frames.HEADERS, 1, 1, Http2Frames.head((byte) 0x82, "/events")),
                Http2Frames.frame(Http2Frames.CONTINUATION, 4, 1),
                Http2Frames.reset(1)),
            Wire.concat(
                Http2Frames.frame(Http2Frames.PING, 0, 0, new byte[8]),
                Http2Frames.frame(Http2Frames.SETTINGS, 1, 0),
                // Priority, a promise, and what nobody knows.
                Http2Frames.frame(2, 0, 1, Wire.bytes(5)),
                Http2Frames.frame(5, 4, 1, Wire.bytes(20)),
                Http2Frames.frame(0x20, 0, 1, Wire.bytes(20)),
                Http2Frames.frame(Http2Frames.GOAWAY, 0, 0, new byte[8])),
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
        .flatMap(b ->
            Stream.of((byte) 0, (byte) 6, (byte) 255)
                .map(piece -> Wire.concat(new byte[] {piece}, b)));
  }

  @MethodSource("seeds")
  @FuzzTest
  void anyBytesAreAnsweredOrTheEnd(byte[] bytes) {
    check(bytes);
  }

  /** A few thousand mutations of what a client could send, the same ones each time. */
  @Test
  void mutationsToo() {
    Random random = new Random(92);
    byte[][] seeds = seeds().toArray(byte[][]::new);
    for (int i = 0; i < 3000; i++) {
      byte[] first = seeds[random.nextInt(seeds.length)];
      byte[] second = seeds[random.nextInt(seeds.length)];
      byte[] b = Wire.concat(first, Arrays.copyOfRange(second, 1, second.length));
      for (int changes = random.nextInt(6); changes > 0; changes--) {
        b[random.nextInt(b.length)] = (byte) random.nextInt(256);
      }
      check(random.nextInt(8) == 0 ? Arrays.copyOf(b, random.nextInt(b.length)) : b);
    }
  }

  private static HttpReply page(HttpQuery query) {
    return switch (query.path()) {
      case "/events" ->
          HttpReply.stream(
              200,
              "text/event-stream",
              body -> {
                for (int i = 0; i < 3; i++) {
                  body.write(Wire.bytes(100));
                }
              });
      case "/large" -> HttpReply.text(200, "x".repeat(300_000));
      default -> HttpReply.text(200, query.method() + " " + query.body().length);
    };
  }

  private static void check(byte[] bytes) {
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    LinkServer server =
        LinkServer.builder()
            .loops(UNUSED)
            .http(Http2FuzzTest::page)
            .acceptor(link -> {
              throw new AssertionError("no link: " + link);
            })
            .build();
    int piece = bytes.length == 0 ? 1 : 1 + (bytes[0] & 0xFF);
    try (ErrorLog log = ErrorLog.open();
        EmbeddedPeer peer = EmbeddedPeer.ofServer(server)) {
      peer.channel().config().setAllocator(memory);
      peer.send(Http2Frames.PREFACE);
      for (int at = 1; at < bytes.length; at += piece) {
        peer.send(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
        peer.received();
        long used = memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
        assertThat(used).as("bytes in buffers").isLessThan(MEMORY_MAX);
      }
      // A minute for the request, a minute without a word in an answer, and the goodbye.
      for (int i = 0; i < 30; i++) {
        peer.advance(Duration.ofSeconds(5));
        peer.received();
      }
      assertThat(peer.isOpen()).as("still there").isFalse();
      assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
    }
    assertThat(server.lobby().open()).isZero();
    assertThat(server.lobby().bodies().used()).isZero();
    assertThat(memory.metric().usedHeapMemory()).as("heap buffers left").isZero();
    assertThat(memory.metric().usedDirectMemory()).as("direct buffers left").isZero();
  }
}
