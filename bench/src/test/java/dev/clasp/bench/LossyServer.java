package dev.clasp.bench;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Forwards every PUBLISH to everybody else, but loses every so many of them, or sends every so many
 * twice.
 */
final class LossyServer implements AutoCloseable {

  private final EventLoops loops = EventLoops.create("lossy", 1);
  private final List<FrameLink> links = new ArrayList<>();
  private final int copies;
  private final int every;
  private final LinkServer server;
  private int published;

  /**
   * @param every which messages: 10 is every tenth
   * @param copies how often those are sent: 0 or 2
   */
  LossyServer(int every, int copies) {
    this.every = every;
    this.copies = copies;
    this.server =
        LinkServer.builder()
            .host("127.0.0.1")
            .port(0)
            .loops(loops)
            .http(_ -> {
              throw new UnsupportedOperationException();
            })
            .acceptor(Peer::new)
            .build();
    server.start();
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + server.address().getPort());
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }

  private static void send(FrameLink link, byte[] frame) {
    int prefix = link.framing().prefixLength(frame.length);
    byte[] framed = new byte[prefix + frame.length];
    link.framing().writePrefix(framed, 0, frame.length);
    System.arraycopy(frame, 0, framed, prefix, frame.length);
    link.write(framed, 0, framed.length);
  }

  private final class Peer implements FrameListener {
    private final FrameLink link;

    Peer(FrameLink link) {
      this.link = link;
      links.add(link);
    }

    @Override
    public void frame(byte[] b, int offset, int length) {
      byte[] frame = Arrays.copyOfRange(b, offset, offset + length);
      switch (frame[FrameDescriptor.HEADER_LENGTH]) {
        case MessageType.HELLO ->
            send(
                link,
                FrameCodec.encode(
                    new Message.Welcome(
                        1, Set.of(Feature.EVENT), 0, "id", "lossy", Optional.empty())));
        case MessageType.PING -> send(link, FrameCodec.encode(new Message.Pong()));
        case MessageType.PUBLISH -> {
          published++;
          for (int i = 0; i < (published % every == 0 ? copies : 1); i++) {
            links.stream().filter(other -> !other.equals(link)).forEach(o -> send(o, frame));
          }
        }
        default -> {
          // SUBSCRIBE: everybody gets everything.
        }
      }
    }

    @Override
    public void closed(CloseReason reason) {
      links.remove(link);
    }
  }
}
