package dev.clasp.transport;

import dev.clasp.transport.TransportException.Kind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Opens a TCP connection for a client, under one deadline for everything up to the link. */
final class Dial {

  private Dial() {}

  /**
   * Connects.
   *
   * @param late what to say when the connection is there in time and the link is not
   * @param initialise prepares the channel; whoever it adds completes the future with the link.
   *     Completing it with a failure closes the connection
   * @return the link; fails with {@link TransportException}. Cancelling it gives up the attempt
   */
  static CompletableFuture<FrameLink> to(
      Target target,
      EventLoops loops,
      DialOptions options,
      String late,
      BiConsumer<SocketChannel, CompletableFuture<FrameLink>> initialise) {
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    EventLoop loop = loops.next();
    if (loop.isShuttingDown()) {
      return CompletableFuture.failedFuture(
          new TransportException(
              Kind.UNREACHABLE,
              "cannot connect to " + target.where() + ": the event loops were closed"));
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(loops.channel())
            .resolver(BackgroundResolver.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true)
            // The deadline below is for everything.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (target.scheme().tls()) {
                      channel.pipeline().addLast(tls(target, options, channel));
                    }
                    initialise.accept(channel, result);
                  }
                });
    loops.keepAlive(bootstrap);
    ChannelFuture connecting = bootstrap.connect(target.host(), target.port());
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        result.completeExceptionally(unreachable(target, done.cause()));
      }
    });
    Future<?> deadline =
        loop.schedule(
            () -> result.completeExceptionally(late(target, connecting, late)),
            options.timeout().toNanos(),
            TimeUnit.NANOSECONDS);
    result.whenComplete((_, failure) -> {
      deadline.cancel(false);
      if (failure != null) {
        // Failed, too late, or no longer wanted.
        connecting.channel().close();
      }
    });
    return result;
  }

  /** TLS in front of everything else; the deadline of the dial is its own too. */
  private static SslHandler tls(Target target, DialOptions options, SocketChannel channel) {
    SslHandler handler =
        options.tls().context().newHandler(channel.alloc(), target.host(), target.port());
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** What went wrong on a connection that was there. */
  static TransportException broken(Target target, Throwable cause) {
    Throwable e =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    return new TransportException(Kind.HANDSHAKE, target + TlsTrouble.explain(target, e), e);
  }

  private static TransportException late(Target target, ChannelFuture connecting, String late) {
    return new TransportException(
        Kind.TIMEOUT,
        connecting.isSuccess()
            ? target + " " + late
            : "no answer from "
                + target.where()
                + ": is the address right, is a firewall in the way?");
  }

  private static TransportException unreachable(Target target, @Nullable Throwable cause) {
    Throwable e = cause == null ? new ConnectException("unknown") : cause;
    if (e instanceof UnknownHostException) {
      return new TransportException(
          Kind.UNREACHABLE, "unknown host " + target.host() + ": check the URL " + target, e);
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("refused")) {
      return new TransportException(
          Kind.UNREACHABLE,
          "nobody listens on "
              + target.where()
              + ": is the router running? Start it with: clasp server",
          e);
    }
    return new TransportException(
        Kind.UNREACHABLE, "cannot connect to " + target.where() + ": " + message, e);
  }
}
