package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the probes of the broadcast discovery among the datagrams of a listener. The customary port
 * of QUIC is the one that probes are sent to (discovery.md 3.5 item 6, D-23), and a socket that is
 * there leaves no room for a second one.
 *
 * <p>A probe is a frame that fills its datagram, with a HELLO of that name and without a token. No
 * packet of QUIC looks like that but by a chance of less than 2^-90.
 */
final class ProbeFilter {

  /** In the probes of the reference, and in ours. */
  private static final Set<String> NAMES = Set.of("Discovery", "Discovery+");

  /** Type, version, features, name with its length, token. */
  private static final int SHORTEST = FrameDescriptor.HEADER_LENGTH + 3 + 2 + 9 + 2;

  private static final int LONGEST = 2048;

  private static final int OTHER_THAN_PLAIN =
      FrameDescriptor.FLAG_TIMESTAMP
          | FrameDescriptor.FLAG_ENCRYPTED
          | FrameDescriptor.FLAG_COMPRESSED;

  private volatile @Nullable ProbeListener listener;

  /**
   * Begins to look for probes if this socket is where they arrive.
   *
   * @return whether it is
   */
  boolean share(int port, InetSocketAddress bound, ProbeListener to) {
    InetAddress ip = bound.getAddress();
    // A socket that is bound to one address hears no broadcast; but on loopback there is none.
    if (bound.getPort() != port || !ip.isAnyLocalAddress() && !ip.isLoopbackAddress()) {
      return false;
    }
    listener = to;
    return true;
  }

  /** Whether it is worth looking: a length and a first byte. */
  boolean mayBe(int length, byte first) {
    return listener != null
        && length >= SHORTEST
        && length <= LONGEST
        && first == FrameDescriptor.MAGIC;
  }

  /** Whether a datagram is a probe; then it has been told. */
  boolean take(Channel channel, byte[] b, int length, InetSocketAddress from) {
    ProbeListener to = listener;
    if (to == null
        || !mayBe(length, b[0])
        || (b[1] & OTHER_THAN_PLAIN) != 0
        || Bytes.u16(b, 2) != length - FrameDescriptor.HEADER_LENGTH
        || b[FrameDescriptor.HEADER_LENGTH] != MessageType.HELLO) {
      return false;
    }
    try {
      if (!(FrameCodec.decode(b, 0, length).message() instanceof Message.Hello hello)
          || !NAMES.contains(hello.name())
          || hello.token().isPresent()) {
        return false;
      }
    } catch (DecodeException e) {
      return false;
    }
    to.probe(
        Arrays.copyOf(b, length),
        from,
        reply ->
            channel.writeAndFlush(
                new DatagramPacket(
                    channel.alloc().directBuffer(reply.length).writeBytes(reply), from),
                channel.voidPromise()));
    return true;
  }
}
