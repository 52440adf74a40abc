package dev.clasp.bridgewebsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.SignalType;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A peer on a channel without a network. */
class SocketPeerTest {

  private static final SocketPeer.Owner NOBODY =
      new SocketPeer.Owner() {
        @Override
        public void open(SocketPeer peer) {}

        @Override
        public void received(SocketPeer peer, SocketMessage message) {}

        @Override
        public void gone(SocketPeer peer, String why) {}
      };

  private final PeerQueue queue = new PeerQueue(10, 10_000);

  private static Outgoing value(String text) {
    return Outgoing.of(SocketMessage.text(text), "/a", SignalType.PARAM);
  }

  @Test
  void whatComesDuringTheGoodByeGoesOverTheNextConnection() {
    SocketPeer first = new SocketPeer(NOBODY, queue, Duration.ZERO);
    EmbeddedChannel channel = new EmbeddedChannel(first);
    first.end(SocketPeer.GOING_AWAY, "the end");
    channel.runPendingTasks();
    assertThat(channel.<WebSocketFrame>readOutbound()).isInstanceOf(CloseWebSocketFrame.class);
    first.offer(value("older"));
    first.offer(value("newest"));
    assertThat(channel.<WebSocketFrame>readOutbound()).isNull();

    EmbeddedChannel next = new EmbeddedChannel(new SocketPeer(NOBODY, queue, Duration.ZERO));
    TextWebSocketFrame frame = next.readOutbound();
    assertThat(frame.text()).isEqualTo("newest");
    assertThat(next.<WebSocketFrame>readOutbound()).isNull();
    frame.release();
    channel.close();
    next.close();
  }
}
