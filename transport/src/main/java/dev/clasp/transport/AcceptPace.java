package dev.clasp.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Accepts no more than so many connections a second: the others wait in the queue of the system,
 * where they cost nothing. In the pipeline of the listening channel, on its loop.
 *
 * <p>Counts what cannot be accepted, for example because there are too many open files; Netty, the
 * next in the pipeline, then rests for a second, so that nothing spins (T-22).
 */
final class AcceptPace extends ChannelInboundHandlerAdapter {

  /** Of a second: long waits for nobody. */
  private static final int SLICES = 20;

  private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(1) / SLICES;

  private final int perSlice;
  private final ConnectionCounts counts;
  private int accepted;
  private boolean sliceRuns;
  private boolean waiting;

  /**
   * @param perSecond 0 = as many as come
   */
  AcceptPace(int perSecond, ConnectionCounts counts) {
    this.perSlice = perSecond == 0 ? Integer.MAX_VALUE : Math.max(1, perSecond / SLICES);
    this.counts = counts;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object connection) {
    if (perSlice == Integer.MAX_VALUE) {
      context.fireChannelRead(connection);
      return;
    }
    if (!sliceRuns) {
      sliceRuns = true;
      context.executor().schedule(() -> next(context), SLICE_NANOS, TimeUnit.NANOSECONDS);
    }
    if (++accepted >= perSlice && !waiting) {
      waiting = true;
      context.channel().config().setAutoRead(false);
      counts.warn(
          ConnectionCounter.PACED,
          context.channel().localAddress(),
          "new connections come faster than " + perSlice * SLICES + " a second and have to wait");
    }
    context.fireChannelRead(connection);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    counts.warn(
        ConnectionCounter.ACCEPT_FAILED,
        context.channel().localAddress(),
        "cannot accept connections: " + cause.getMessage() + ". Trying again in a second");
    context.fireExceptionCaught(cause);
  }

  private void next(ChannelHandlerContext context) {
    // What a batch had too much counts for the next slice.
    accepted = Math.max(0, accepted - perSlice);
    sliceRuns = false;
    Channel channel = context.channel();
    if (accepted >= perSlice) {
      sliceRuns = true;
      context.executor().schedule(() -> next(context), SLICE_NANOS, TimeUnit.NANOSECONDS);
    } else if (waiting && channel.isOpen()) {
      waiting = false;
      channel.config().setAutoRead(true);
    }
  }
}
