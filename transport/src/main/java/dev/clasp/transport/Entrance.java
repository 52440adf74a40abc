package dev.clasp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every connection comes in: looks at its first bytes and makes it what they say (D20).
 *
 * <p>Holds what has arrived until it is decided: at most {@value FirstBytes#ENOUGH} bytes, or one
 * header of a proxy. Adding a protocol means a constant in {@link FirstBytes} and a case in {@link
 * #decide}. TLS becomes a handler in front of this one, which then decides again by what is inside.
 */
final class Entrance extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

  private static final byte[] NOTHING = {};

  /** A fatal alert, handshake_failure (RFC 8446 section 6): clients report it as such. */
  private static final byte[] TLS_ALERT = {0x15, 3, 1, 0, 2, 2, 40};

  private final LinkServer server;
  private final Arrival arrival;
  private Optional<Refusal> refusal;
  private @Nullable ByteBuf held;
  private boolean proxySeen;
  private boolean finished;

  /**
   * @param refusal why it may not come in; it is still told so if it speaks HTTP
   */
  Entrance(LinkServer server, Arrival arrival, Optional<Refusal> refusal) {
    this.server = server;
    this.arrival = arrival;
    this.refusal = refusal;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (finished || !(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf before = held;
    held = null;
    decide(context, before == null ? in : Unpooled.wrappedBuffer(before, in));
  }

  /** Takes what has arrived so far, and releases it or hands it on. */
  private void decide(ChannelHandlerContext context, ByteBuf in) {
    byte[] head = look(in, FirstBytes.ENOUGH);
    FirstBytes kind = FirstBytes.of(head, 0, head.length);
    if (kind == FirstBytes.UNDECIDED) {
      held = in;
    } else if (kind == FirstBytes.PROXY) {
      proxy(context, in);
    } else if (refusal.isPresent()) {
      turnAway(context, in, kind);
    } else if (mustBeSecure(kind)) {
      refusePlain(context, in, kind);
    } else {
      ChannelPipeline pipeline = context.pipeline();
      switch (kind) {
        case HTTP -> {
          server.addHttp(pipeline, arrival);
          handOn(context, in);
        }
        case HTTP2 -> {
          server.addHttp2(pipeline, arrival);
          handOn(context, in);
        }
        case TCP -> {
          if (server.config().protocols.contains(LinkServer.Protocol.TCP)) {
            server.addTcp(pipeline, arrival);
            handOn(context, in);
          } else {
            warn(
                ConnectionCounter.REFUSED_DISABLED,
                "refused CLASP over TCP, because it is switched off on this port");
            end(context, in, NOTHING);
          }
        }
        case TLS -> {
          Optional<ServerTls> tls = server.config().tls;
          if (tls.isPresent() && !arrival.secure()) {
            server.addTls(pipeline, arrival, tls.get());
            pipeline.fireChannelRead(in);
          } else {
            warn(
                ConnectionCounter.REFUSED_TLS,
                tls.isPresent()
                    ? "refused TLS inside TLS"
                    : "refused TLS, for which this router has no certificate: start it with"
                        + " --tls-cert, or use ws:// or tcp://");
            end(context, in, tls.isPresent() ? NOTHING : TLS_ALERT);
          }
        }
        case MQTT -> {
          Optional<GuestProtocol> guest = server.guest();
          if (guest.isPresent()) {
            server.addGuest(pipeline, arrival, guest.get());
            handOn(context, in);
          } else {
            warn(ConnectionCounter.REFUSED_MQTT, "refused MQTT, which this port does not speak");
            end(context, in, NOTHING);
          }
        }
        case BARE_FRAME -> {
          warn(
              ConnectionCounter.REFUSED_UNKNOWN,
              "refused CLASP over TCP without lengths: four bytes with the length belong in front of"
                  + " each frame");
          end(context, in, NOTHING);
        }
        case UNKNOWN, UNDECIDED, PROXY -> {
          // Scanners try everything: no line for each.
          server.counts().add(ConnectionCounter.REFUSED_UNKNOWN);
          LOG.debug("{}: neither HTTP nor CLASP", arrival.peer());
          end(context, in, NOTHING);
        }
      }
    }
  }

  /** The header of a proxy: says whose the connection is. What follows decides. */
  private void proxy(ChannelHandlerContext context, ByteBuf in) {
    if (!arrival.proxied() || proxySeen || arrival.secure()) {
      warn(
          ConnectionCounter.REFUSED_PROXY,
          proxySeen || arrival.secure()
              ? "refused a PROXY header that is not the first thing on its connection"
              : "refused a PROXY header, because the peer is not one of the trusted proxies");
      end(context, in, NOTHING);
      return;
    }
    byte[] b = look(in, ProxyHeader.FIXED + ProxyHeader.MAX_REST);
    Optional<ProxyHeader> header;
    try {
      header = ProxyHeader.read(b, 0, b.length);
    } catch (Violation e) {
      warn(ConnectionCounter.REFUSED_PROXY, "refused a " + e.getMessage());
      end(context, in, NOTHING);
      return;
    }
    if (header.isEmpty()) {
      held = in;
      return;
    }
    proxySeen = true;
    in.skipBytes(header.get().length());
    header
        .get()
        .source()
        .ifPresent(client -> {
          Optional<Refusal> why = arrival.named(client);
          why.ifPresent(reason -> server.lobby().turnedAway(reason, arrival));
          refusal = why.or(() -> refusal);
        });
    decide(context, in);
  }

  /** Inside this machine, nobody listens on the way. */
  private boolean mustBeSecure(FirstBytes kind) {
    return server.config().tlsOnly
        && !arrival.secure()
        && (kind == FirstBytes.HTTP
            || kind == FirstBytes.HTTP2
            || kind == FirstBytes.TCP
            || kind == FirstBytes.MQTT)
        && !(arrival.peer() instanceof InetSocketAddress peer
            && peer.getAddress() != null
            && peer.getAddress().isLoopbackAddress());
  }

  private void refusePlain(ChannelHandlerContext context, ByteBuf in, FirstBytes kind) {
    warn(
        ConnectionCounter.REFUSED_PLAIN,
        "refused a connection without TLS: use https://, wss:// or tls://");
    end(
        context,
        in,
        switch (kind) {
          case HTTP ->
              http(
                  HttpReply.text(426, "this router wants TLS: use https:// or wss://\n")
                      .withHeader("Upgrade", "TLS/1.2"));
          case HTTP2 ->
              http2(Http2Error.INADEQUATE_SECURITY, "this router wants TLS: use https://");
          default -> NOTHING;
        });
  }

  private static byte[] look(ByteBuf in, int most) {
    byte[] b = new byte[Math.min(most, in.readableBytes())];
    in.getBytes(in.readerIndex(), b);
    return b;
  }

  private void handOn(ChannelHandlerContext context, ByteBuf in) {
    context.pipeline().remove(this);
    context.fireChannelRead(in);
  }

  private void turnAway(ChannelHandlerContext context, ByteBuf in, FirstBytes kind) {
    end(
        context,
        in,
        refusal
            .map(why ->
                switch (kind) {
                  case HTTP -> http(why.reply());
                  case HTTP2 -> http2(Http2Error.ENHANCE_YOUR_CALM, why.text());
                  default -> NOTHING;
                })
            .orElse(NOTHING));
  }

  /** Empty SETTINGS and GOAWAY with a reason (RFC 9113 sections 6.5 and 6.8). */
  private static byte[] http2(Http2Error error, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(9 + 9 + 8 + text.length)
        .put(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
        .put(new byte[] {0, 0, (byte) (8 + text.length), 7, 0, 0, 0, 0, 0})
        .putInt(0)
        .putInt((int) error.code())
        .put(text)
        .array();
  }

  /** The answer without the machinery: nothing of the request has to be understood for it. */
  private static byte[] http(HttpReply reply) {
    StringBuilder head =
        new StringBuilder("HTTP/1.1 ")
            .append(HttpResponseStatus.valueOf(reply.status()))
            .append("\r\n");
    head.append("Content-Type: ").append(reply.contentType()).append("\r\n");
    head.append("Content-Length: ").append(reply.body().length).append("\r\n");
    reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Connection: close\r\n\r\n");
    byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[first.length + reply.body().length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(reply.body(), 0, all, first.length, reply.body().length);
    return all;
  }

  /** Ends the connection; what else it sends is not looked at. */
  private void end(ChannelHandlerContext context, ByteBuf in, byte[] lastWords) {
    finished = true;
    in.release();
    if (lastWords.length == 0) {
      context.close();
    } else {
      arrival.closeBehind(context.writeAndFlush(Unpooled.wrappedBuffer(lastWords)));
    }
  }

  private void warn(ConnectionCounter counter, String what) {
    server.counts().warn(counter, arrival.peer(), what);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ByteBuf left = held;
    held = null;
    ReferenceCountUtil.release(left);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("{}: {}", arrival.peer(), cause.toString());
    } else if (arrival.secure() && cause.getCause() instanceof SSLException failure) {
      warn(ConnectionCounter.REFUSED_TLS, "TLS failed: " + failure.getMessage());
    } else {
      LOG.error("{}: unexpected failure", arrival.peer(), cause);
    }
    context.close();
  }
}
