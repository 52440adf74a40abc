package dev.clasp.transport;

import dev.clasp.protocol.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A QUIC connection of a server from its first packet on. Loop thread. */
final class QuicDoor extends QuicEvents {

  private static final Logger LOG = LoggerFactory.getLogger(QuicDoor.class);

  private final QuicServer server;
  private final QuicChannel connection;
  private final Arrival arrival;
  private boolean shaken;

  QuicDoor(QuicServer server, QuicChannel connection, Arrival arrival) {
    this.server = server;
    this.connection = connection;
    this.arrival = arrival;
    connection.closeFuture().addListener(_ -> shaken());
  }

  private void shaken() {
    if (!shaken) {
      shaken = true;
      server.handshakeOver();
    }
  }

  @Override
  void established(ChannelHandlerContext context) {
    shaken();
    arrival.secured();
  }

  @Override
  void stream(ChannelHandlerContext context, QuicStreamChannel stream) {
    if (hasLink() || stream.type() != QuicStreamType.BIDIRECTIONAL) {
      // QUIC's own limits do not let it come this far.
      server.lobby().counts().add(ConnectionCounter.REFUSED_UNKNOWN);
      QuicLink.close(
          connection, new CloseReason(CloseReason.PROTOCOL_ERROR, "one stream and no more"));
      return;
    }
    QuicLink link =
        new QuicLink(
            stream,
            connection,
            arrival.peer(),
            true,
            server.lobby().limits().maxMessage(),
            server.manner(),
            server::open);
    become(link);
    arrival.becomes(link, ConnectionCounter.QUIC);
    stream.pipeline().addLast(link);
    // The end of the pipeline registers it, which opens the link.
    context.fireChannelRead(stream);
  }

  @Override
  void closedEarly(ChannelHandlerContext context, QuicConnectionCloseEvent event) {
    if (!shaken) {
      server
          .lobby()
          .counts()
          .warn(
              ConnectionCounter.REFUSED_TLS,
              arrival.peer(),
              "the client gave up the handshake for QUIC: "
                  + QuicCode.reason(event).text()
                  + " (does it trust the certificate, and is its name right?)");
    }
    connection.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof SSLException) {
      server
          .lobby()
          .counts()
          .warn(
              ConnectionCounter.REFUSED_TLS,
              arrival.peer(),
              "TLS inside QUIC failed: "
                  + cause.getMessage()
                  + " (does the client speak CLASP, and does it have the certificate it needs?)");
      // Behind the alert; the library would keep it for seconds.
      context.channel().eventLoop().execute(connection::close);
    } else if (cause instanceof QuicException || cause instanceof IOException) {
      LOG.debug("{}: {}", arrival.peer(), cause.toString());
    } else {
      LOG.error("{}: unexpected failure", arrival.peer(), cause);
      connection.close();
    }
  }
}
