package dev.clasp.adapterosc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;

/**
 * One buffer into which a socket's datagrams are read, several with one system call where the
 * system has that. It is used again for the next ones: whoever reads must be through with a {@link
 * DatagramPacket} and have released it when the call with it returns. For one channel.
 */
final class DatagramBuffers extends DefaultMaxMessagesRecvByteBufAllocator {

  /** Datagrams of one system call. Of the memory, only what they fill is ever touched. */
  private static final int DATAGRAMS = 16;

  private final ByteBuf buffer;

  /**
   * @param longest datagram, in bytes
   * @param several the channel reads several at once
   * @param atOnce datagrams before others have their turn
   */
  DatagramBuffers(int longest, boolean several, int atOnce) {
    super(atOnce);
    this.buffer = Unpooled.directBuffer(several ? DATAGRAMS * longest : longest);
  }

  @Override
  @SuppressWarnings("deprecation") // The interface asks for it.
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return buffer.capacity();
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return buffer.clear().retain();
      }
    };
  }

  /** The channel is closed. */
  void release() {
    buffer.release();
  }
}
