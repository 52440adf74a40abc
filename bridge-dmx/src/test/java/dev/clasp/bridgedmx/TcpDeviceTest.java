package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Serial servers, of which some have died. */
@Timeout(120)
class TcpDeviceTest {

  private static ServerSocket server() throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReceiveBufferSize(4096);
    server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    return server;
  }

  private static String url(ServerSocket server) {
    return "tcp://127.0.0.1:" + server.getLocalPort();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://foo", "tcp://", "tcp://foo:", "tcp://foo:x", "tcp://:1"})
  void whatIsNoServerIsSaid(String url) {
    assertThatThrownBy(() -> TcpDevice.open(url))
        .isInstanceOf(IOException.class)
        .hasMessage("a serial server is tcp://host:port, not " + url);
    assertThat(FoundInterface.all(List.of(url)).getLast().trouble()).contains("tcp://host:port");
  }

  @Test
  void aServerThatTakesNothingAnyMoreIsGivenUp() throws Exception {
    try (ServerSocket server = server();
        TcpDevice device = TcpDevice.open(url(server));
        Socket dead = server.accept()) {
      assertThat(dead.isConnected()).isTrue();
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              while (true) {
                device.write(new byte[518]);
              }
            } catch (IOException e) {
              // Closed by the end of the test.
            }
          });
      assertThatThrownBy(
              () -> {
                byte[] buffer = new byte[10];
                while (true) {
                  device.read(buffer);
                }
              })
          .hasMessage("the serial server takes nothing any more");
    }
  }
}
