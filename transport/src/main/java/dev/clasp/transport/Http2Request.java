package dev.clasp.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of HTTP/2: a request and its answer. Loop thread.
 *
 * <p>Has the time that a connection of HTTP/1.1 has: {@link ConnectionLimits#keepAlive} for the
 * request, and as long again for the answer to be read.
 */
final class Http2Request extends SimpleChannelInboundHandler<HttpObject> {

  private static final Logger LOG = LoggerFactory.getLogger(Http2Request.class);

  /** For a client to read an answer that comes before it has sent all of its request. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LinkServer server;
  private final Arrival arrival;
  private final Http2Entry connection;

  private @Nullable HttpRequest head;
  private @Nullable RequestBody body;
  private @Nullable StreamedBody streaming;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean whole;
  private boolean answered;

  Http2Request(LinkServer server, Arrival arrival, Http2Entry connection) {
    this.server = server;
    this.arrival = arrival;
    this.connection = connection;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part instanceof HttpRequest request && head == null) {
      begin(context, request);
    }
    if (!(part instanceof HttpContent content) || answered) {
      return;
    }
    HttpRequest request = head;
    RequestBody incoming = body;
    if (request == null || incoming == null) {
      return;
    }
    incoming.add(content.content());
    whole = content instanceof LastHttpContent;
    if (incoming.problem().isPresent()) {
      refuse(context, request, incoming.problem().get());
    } else if (whole) {
      ask(context, request, incoming);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    Channel parent = context.channel().parent();
    if (!connection.begins(this, parent)) {
      answered = true;
      reset(context, Http2Error.REFUSED_STREAM);
      return;
    }
    head = request;
    RequestBody incoming =
        new RequestBody(request, server.config().limits.maxBody(), connection.bodies());
    body = incoming;
    within(context);
    if (incoming.problem().isPresent()) {
      refuse(context, request, incoming.problem().get());
    } else if (incoming.expectsContinue() && !(request instanceof LastHttpContent)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
          context.voidPromise());
    }
  }

  /** Gives up the stream after as long as a request may take, instead of when was said before. */
  private void within(ChannelHandlerContext context) {
    stopTheClock();
    deadline =
        context
            .executor()
            .schedule(
                () -> reset(context, Http2Error.CANCEL),
                server.config().limits.keepAlive().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  private void stopTheClock() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void ask(ChannelHandlerContext context, HttpRequest request, RequestBody incoming) {
    connection.heard();
    within(context);
    Pages.ask(
        server.config().http,
        context.channel().parent().remoteAddress(),
        request,
        incoming,
        reply -> Pages.onLoop(context, () -> answer(context, request, reply)));
  }

  private void refuse(ChannelHandlerContext context, HttpRequest request, HttpReply why) {
    answer(context, request, Pages.refusal(server.config().http, request, why));
  }

  private void answer(ChannelHandlerContext context, HttpRequest request, HttpReply reply) {
    release();
    if (answered || context.isRemoved() || !context.channel().isActive()) {
      return;
    }
    answered = true;
    boolean headOnly = request.method().equals(HttpMethod.HEAD);
    if (connection.unsent().full()) {
      send(context, HttpReply.text(503, "read the other answers first\n"), headOnly);
    } else if (reply.stream().isPresent() && !headOnly) {
      stream(context, request, reply, reply.stream().get());
    } else {
      send(
          context,
          Compression.of(request.headers(), server.certificates(arrival)).of(reply),
          headOnly);
    }
  }

  private void send(ChannelHandlerContext context, HttpReply reply, boolean headOnly) {
    FullHttpResponse response = Pages.whole(reply, headOnly);
    int length = response.content().readableBytes();
    connection.unsent().add(length);
    context
        .writeAndFlush(response)
        .addListener(_ -> {
          connection.unsent().add(-length);
          ended(context);
        });
  }

  /** All of the answer has gone, or never will. */
  private void ended(ChannelHandlerContext context) {
    stopTheClock();
    if (!whole && context.channel().isActive()) {
      // RFC 9113 section 8.1: what else comes is not needed. Not at once, because clients that are
      // still sending would not read the answer.
      deadline =
          context
              .executor()
              .schedule(
                  () -> reset(context, Http2Error.NO_ERROR), LINGER_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  /** As {@link HttpEntry} does, except that a proxy has streams of many clients. */
  private void stream(
      ChannelHandlerContext context,
      HttpRequest request,
      HttpReply reply,
      Consumer<HttpBody> writer) {
    if (arrival.proxied()) {
      switch (server
          .config()
          .proxies
          .origin(
              request.headers().getAll("X-Forwarded-For"), request.headers().getAll("Forwarded"))) {
        case TrustedProxies.Origin.Unsaid() -> {}
        case TrustedProxies.Origin.Contradiction(String problem) -> {
          server
              .counts()
              .warn(
                  ConnectionCounter.REFUSED_PROXY,
                  arrival.peer(),
                  "refused what this proxy passed on: " + problem);
          send(context, HttpReply.text(400, problem + "\n"), false);
          return;
        }
        case TrustedProxies.Origin.Client(InetAddress client) -> {
          Doorkeeper.Pass pass = server.lobby().doorkeeper().enter(client);
          Optional<Refusal> refusal = pass.refusal();
          if (refusal.isPresent()) {
            server.lobby().turnedAway(refusal.get(), arrival);
            send(context, refusal.get().reply(), false);
            return;
          }
          pass.established();
          context.channel().closeFuture().addListener(_ -> pass.leave());
        }
      }
    }
    if (reply.status() < 300) {
      arrival.letIn();
    }
    stopTheClock();
    connection.streams();
    context.writeAndFlush(Pages.head(reply));
    StreamedBody answer =
        new StreamedBody(
            context,
            connection.unsent(),
            server.counts(),
            last -> {
              streaming = null;
              connection.streamedToTheEnd();
              last.ifPresentOrElse(
                  write -> {
                    within(context);
                    write.addListener(_ -> ended(context));
                  },
                  () -> reset(context, Http2Error.CANCEL));
            });
    streaming = answer;
    answer.start(writer);
    if (server.pages().closing()) {
      answer.end();
    }
  }

  /** Ends the stream; without effect if it has ended. */
  private void reset(ChannelHandlerContext context, Http2Error error) {
    stopTheClock();
    if (context.channel().isActive()) {
      context
          .channel()
          .writeAndFlush(new DefaultHttp2ResetFrame(error))
          .addListener(_ -> context.close());
    }
  }

  /** The server stops. */
  void stop() {
    if (streaming != null) {
      streaming.end();
    }
  }

  private void release() {
    if (body != null) {
      body.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    handlerRemoved(context);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    answered = true;
    stopTheClock();
    release();
    connection.ended(this);
    if (streaming != null) {
      streaming.abort();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    boolean ordinary =
        cause instanceof IOException
            || cause instanceof CodecException
            || cause instanceof Http2Exception;
    if (ordinary) {
      LOG.debug("{}: {}", arrival.peer(), cause.toString());
    } else {
      LOG.error("{}: unexpected failure", arrival.peer(), cause);
    }
    reset(context, ordinary ? Http2Error.PROTOCOL_ERROR : Http2Error.INTERNAL_ERROR);
  }
}
