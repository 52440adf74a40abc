package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a broker that is played byte by byte. */
@Timeout(60)
class ConnectingTest {

  private static final int CONNECT = 0x10;
  private static final int DISCONNECT = 0xE0;

  private final MqttProvider provider = new MqttProvider();
  private final FakeContext context = new FakeContext();

  private Endpoint endpoint(ServerSocket server, String version) {
    return provider.create(
        BridgeSettings.of(
            provider.settings(),
            Map.of(
                "broker", Value.of("mqtt://127.0.0.1:" + server.getLocalPort()),
                "version", Value.of(version),
                "max_payload", Value.of(1000),
                "status_topic", Value.of("status"))),
        context);
  }

  private static ServerSocket server() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** A packet of less than 128 bytes. */
  private static byte[] packet(InputStream in, int type) throws IOException {
    assertThat(in.read() & 0xF0).isEqualTo(type);
    return in.readNBytes(in.read());
  }

  @ParameterizedTest
  @CsvSource({"3,20020000", "5,2003000000"})
  void aConnectionThatComesAfterTheEndEndsAtOnce(String version, String agreed) throws Exception {
    try (ServerSocket server = server()) {
      Endpoint endpoint = endpoint(server, version);
      endpoint.start();
      try (Socket socket = server.accept()) {
        packet(socket.getInputStream(), CONNECT);
        endpoint.close();
        socket.getOutputStream().write(java.util.HexFormat.of().parseHex(agreed));
        packet(socket.getInputStream(), DISCONNECT);
        assertThat(socket.getInputStream().read()).as("nothing else").isEqualTo(-1);
      }
      assertThat(context.said).containsExactly("down");
    }
  }

  @Test
  void theBrokerIsToldHowLongAPacketMayBe() throws Exception {
    try (ServerSocket server = server()) {
      Endpoint endpoint = endpoint(server, "5");
      endpoint.start();
      try (Socket socket = server.accept()) {
        byte[] connect = packet(socket.getInputStream(), CONNECT);
        // Maximum Packet Size is property 0x27 (MQTT 5.0 section 3.1.2.11.4).
        String hex = java.util.HexFormat.of().formatHex(connect);
        assertThat(hex).contains("27" + String.format("%08x", 1000 + 2 * 65_535));
      }
      endpoint.close();
    }
  }
}
