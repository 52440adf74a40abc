package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.packet;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * A client that has been let in and then sends anything, in pieces of any size, to a router that
 * runs: the connection goes on or ends, nothing fails that should not, the next client is served,
 * and nothing of the first is left.
 */
class ConnectionFuzzTest {

  private static final Failures FAILURES = new Failures();
  private static final House HOUSE = House.open();

  /** Hears what the adapter calls an unexpected failure. */
  private static final class Failures
      extends ch.qos.logback.core.AppenderBase<ch.qos.logback.classic.spi.ILoggingEvent> {
    private volatile String first = "";

    Failures() {
      if (LoggerFactory.getLogger("dev.clasp") instanceof ch.qos.logback.classic.Logger logger) {
        logger.addAppender(this);
        start();
      }
    }

    @Override
    protected void append(ch.qos.logback.classic.spi.ILoggingEvent event) {
      // While Jazzer prepares classes, loops stand still, which is no failure of ours.
      if (event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.ERROR)
          && !event.getLoggerName().endsWith("LoopWatch")
          && first.isEmpty()) {
        var cause = event.getThrowableProxy();
        first =
            event.getFormattedMessage()
                + (cause == null
                    ? ""
                    : "\n" + ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(cause));
      }
    }
  }

  @AfterAll
  static void close() throws IOException {
    HOUSE.close();
  }

  /** First byte: version and kind of session; second: size of the pieces. */
  static Stream<byte[]> seeds() {
    return Stream.of(
        seed(5, 0, subscribe(5, 1, "a/#", 1), publish(0x34, 5, "a/b", 7, "x"), hex("62020007")),
        seed(4, 3, subscribe(4, 1, "#", 2), publish(0x32, 4, "a", 7, "1"), hex("40020001")),
        seed(5, 1, subscribe(5, 1, "$share/g/a", 1), publish(0x33, 5, "a", 1, "{ }")),
        seed(5, 7, packet(0xA2, hex("000100"), text("a")), hex("C000 E0020400")),
        seed(3, 2, subscribe(3, 1, "+/+", 1), publish(0x31, 3, "/a", 0, ""), hex("E000")),
        seed(5, 5, packet(0x30, text("q"), hex("03230001"), hex("32")), hex("300700000323000133")),
        seed(4, 0, connect(4, 2, 0, "", text("again"))),
        seed(5, 9, hex("F00118"), hex("82 0900020102 00 0161 00")));
  }

  private static byte[] seed(int level, int piece, byte[]... packets) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(level);
    all.write(piece);
    for (byte[] each : packets) {
      all.writeBytes(each);
    }
    return all.toByteArray();
  }

  /**
   * With a session that ends after a second, aliases and a small window, if the version has them.
   */
  private static byte[] hello(int kind) {
    int level = 3 + Math.floorMod(kind, 8) % 3;
    boolean clean = (kind & 8) == 0;
    byte[] id = text("fuzz" + (kind >> 4 & 1));
    if (level == 3) {
      return packet(0x10, text("MQIsdp"), hex(clean ? "03020000" : "03000000"), id);
    }
    return connect(level, clean ? 2 : 0, 0, "0B" + "1100000001" + "22000A" + "210003", id);
  }

  @MethodSource("seeds")
  @FuzzTest
  void anythingBehindConnect(byte[] bytes) throws Exception {
    if (bytes.length < 2 || bytes.length > 4096) {
      return;
    }
    // Jazzer takes a connection for a finding.
    try (SilentCloseable _ = BugDetectors.allowNetworkConnections((_, _) -> true)) {
      drive(bytes);
    }
  }

  private static void drive(byte[] bytes) throws Exception {
    byte[] hello = hello(bytes[0]);
    int piece = bytes[1] & 0x3F;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), HOUSE.port())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(House.LIMIT_SECONDS));
      OutputStream out = socket.getOutputStream();
      try {
        out.write(hello);
        int step = piece == 0 ? bytes.length : piece;
        for (int at = 2; at < bytes.length; at += step) {
          out.write(bytes, at, Math.min(step, bytes.length - at));
        }
        socket.shutdownOutput();
        // Its answers, and the end of the connection.
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // The server has ended it meanwhile.
      }
    }
    try (RawClient next = RawClient.of(HOUSE.port(), 5, "next")) {
      assertThat(next.untilPong()).isEmpty();
    }
    assertThat(FAILURES.first).as("an unexpected failure").isEmpty();
    assertThat(HOUSE.now("sessions_now")).isLessThan(6);
  }
}
