package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket that listened before we were there (sd_listen_fds(3)). */
@Timeout(60)
class InheritedSocketTest {

  private static final String OWN = Long.toString(ProcessHandle.current().pid());

  @Test
  void whoConnectedBeforeWeWereThereIsServed() throws IOException {
    Socket listening = Socket.newSocketStream();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listening.listen(5);
    InetSocketAddress address = listening.localAddress();
    try (java.net.Socket early = new java.net.Socket(address.getAddress(), address.getPort());
        EventLoops loops = EventLoops.create("inherited", 1);
        LinkServer server =
            LinkServer.builder()
                .loops(loops)
                .inherited(InheritedSocket.take(listening.intValue()))
                .http(_ -> HttpReply.text(200, "here\n"))
                .acceptor(_ -> {
                  throw new AssertionError("nobody speaks CLASP");
                })
                .build()) {
      server.start();
      assertThat(server.address()).isEqualTo(address);
      assertThat(get(early)).startsWith("HTTP/1.1 200").endsWith("here\n");
      try (java.net.Socket late = new java.net.Socket(address.getAddress(), address.getPort())) {
        assertThat(get(late)).endsWith("here\n");
      }
    }
  }

  private static String get(java.net.Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void withoutActivationOrForAnotherProcessThereIsNone() {
    assertThat(InheritedSocket.of(Map.of())).isEmpty();
    assertThat(InheritedSocket.of(Map.of("LISTEN_FDS", "1"))).isEmpty();
    assertThat(InheritedSocket.of(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1"))).isEmpty();
    assertThat(InheritedSocket.of(Map.of("LISTEN_FDS", "0", "LISTEN_PID", OWN))).isEmpty();
  }

  @Test
  void whatCannotBeUsedIsSaid() {
    assertThatThrownBy(() -> InheritedSocket.of(Map.of("LISTEN_FDS", "2", "LISTEN_PID", OWN)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("one socket is taken");
    assertThatThrownBy(() -> InheritedSocket.take(999_999))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no file descriptor 999999");
  }

  @Test
  void whatDoesNotListenIsRefused() throws IOException {
    Socket datagrams = Socket.newSocketDgram();
    Socket bound = Socket.newSocketStream();
    try {
      for (Socket wrong : List.of(datagrams, bound)) {
        wrong.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        assertThatThrownBy(() -> InheritedSocket.take(wrong.intValue()))
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("not one of TCP that listens");
      }
    } finally {
      datagrams.close();
      bound.close();
    }
  }
}
