package dev.clasp.transport;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of HTTP/2 (RFC 9113): what its streams have in common. Pages only: WebSockets are
 * HTTP/1.1, and browsers know that because SETTINGS_ENABLE_CONNECT_PROTOCOL is not sent.
 *
 * <p>Bounded as {@link HttpEntry} is. What a peer can make it hold: {@value #STREAMS} requests with
 * heads of {@value #HEAD} bytes and bodies of four times {@link ConnectionLimits#maxBody} together,
 * {@link Unsent#MAX} bytes of answers, {@value #CONTROL_FRAMES} small frames. What a peer can make
 * it do: as many requests in one turn of the loop as there may be at once; 200 requests given up in
 * half a minute; a few settings and pings. Beyond it, the connection ends with ENHANCE_YOUR_CALM.
 * Without a request it ends as others do.
 */
final class Http2Entry extends ChannelInboundHandlerAdapter {

  /** At once. Browsers have up to a hundred. */
  static final int STREAMS = 100;

  /** As for HTTP/1.1. */
  private static final int HEAD = 8192;

  /** Answers to settings, pings and nonsense that wait for a peer that does not read. */
  private static final int CONTROL_FRAMES = 500;

  /** Requests given up by the peer, or refused by us, in so many seconds. */
  private static final int RESETS = 200;

  private static final int RESETS_SECONDS = 30;

  /** Frames that are about no request, in so many seconds. */
  private static final int NOISE = 200;

  private static final long NOISE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Requests while the peer does not read: more than it can have asked for before. */
  private static final int UNREAD = 2 * STREAMS;

  /** For the peer to take the last answers when the connection is to end. */
  private static final long GOODBYE_MILLIS = 1000;

  /**
   * Heads that the peer may remember. Of all others, as many could be kept in memory for it as it
   * asks for; and nobody learns from lengths what is in them (RFC 7541 section 7.1).
   */
  private static final Set<String> REMEMBERED =
      Set.of(
          ":status",
          "content-type",
          "x-content-type-options",
          "x-frame-options",
          "content-security-policy",
          "referrer-policy",
          "cross-origin-resource-policy",
          "cache-control",
          "vary",
          "content-encoding");

  private static final Logger LOG = LoggerFactory.getLogger(Http2Entry.class);

  private final LinkServer server;
  private final Arrival arrival;
  private final BodyBudget bodies;
  private final Unsent unsent = new Unsent();
  private final Set<Http2Request> open = new LinkedHashSet<>();
  private int streaming;
  private int requests;
  private int unread;
  private int noise;
  private long noiseSince;
  private boolean finished;

  private Http2Entry(LinkServer server, Arrival arrival) {
    this.server = server;
    this.arrival = arrival;
    this.bodies = server.lobby().bodies().ofConnection(4L * server.config().limits.maxBody());
  }

  static void addTo(ChannelPipeline pipeline, LinkServer server, Arrival arrival) {
    Http2Entry entry = new Http2Entry(server, arrival);
    pipeline.addLast(
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(STREAMS)
                    .maxHeaderListSize(HEAD))
            .headerSensitivityDetector((name, _) -> !REMEMBERED.contains(name.toString()))
            .encoderEnforceMaxQueuedControlFrames(CONTROL_FRAMES)
            .decoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS)
            .encoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS)
            .gracefulShutdownTimeoutMillis(GOODBYE_MILLIS)
            .build(),
        new Http2MultiplexHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                entry.initialise(stream);
              }
            }),
        entry);
    server.pages().add(pipeline.channel());
  }

  private void initialise(Channel stream) {
    stream.config().setWriteBufferWaterMark(new WriteBufferWaterMark(16 << 10, 64 << 10));
    stream
        .pipeline()
        .addLast(
            new Http2StreamFrameToHttpObjectCodec(true), new Http2Request(server, arrival, this));
  }

  BodyBudget bodies() {
    return bodies;
  }

  /** What waits for this peer. */
  Unsent unsent() {
    return unsent;
  }

  // --- streams -----------------------------------------------------------------------------------

  /**
   * A request begins.
   *
   * @return false if it was one too many; the connection ends
   */
  boolean begins(Http2Request request, Channel connection) {
    if (finished) {
      return false;
    }
    unread = connection.isWritable() ? 0 : unread + 1;
    if (++requests > STREAMS || unread > UNREAD) {
      calm(connection, "too many requests at once");
      return false;
    }
    open.add(request);
    return true;
  }

  /** All of a request has come. */
  void heard() {
    arrival.heard();
    if (streaming == 0) {
      arrival.keepFor(server.config().limits.keepAlive().toNanos());
    }
  }

  void streams() {
    streaming++;
    arrival.keep();
  }

  void streamedToTheEnd() {
    if (--streaming == 0) {
      arrival.keepFor(server.config().limits.keepAlive().toNanos());
    }
  }

  void ended(Http2Request request) {
    open.remove(request);
  }

  // --- the connection ----------------------------------------------------------------------------

  /** What is about no request: settings, pings, goodbyes, and what nobody knows. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
    long now = context.executor().ticker().nanoTime();
    if (now - noiseSince > NOISE_NANOS) {
      noiseSince = now;
      noise = 0;
    }
    if (++noise > NOISE) {
      calm(context.channel(), "too many frames that ask for nothing");
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    requests = 0;
    context.fireChannelReadComplete();
  }

  /** Ends a connection that asks for too much. */
  private void calm(Channel connection, String reason) {
    if (finished) {
      return;
    }
    finished = true;
    server
        .counts()
        .warn(
            ConnectionCounter.REFUSED_HTTP2,
            arrival.peer(),
            "ended a connection of HTTP/2: " + reason);
    connection.writeAndFlush(
        new DefaultHttp2GoAwayFrame(
            Http2Error.ENHANCE_YOUR_CALM, ByteBufUtil.writeUtf8(connection.alloc(), reason)));
    // Not at once: this may be in the middle of reading, and the reason shall be read.
    arrival.keepFor(TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS));
  }

  /** The server stops. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof OpenPages.Stop) {
      Set.copyOf(open).forEach(Http2Request::stop);
      // Says GOAWAY, and waits a second for the streams to end.
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException
        || cause instanceof CodecException
        || cause instanceof Http2Exception) {
      // The codec has said GOAWAY if there is something to say, and closes.
      LOG.debug("{}: {}", arrival.peer(), cause.toString());
    } else {
      LOG.error("{}: unexpected failure", arrival.peer(), cause);
      context.close();
    }
  }
}
