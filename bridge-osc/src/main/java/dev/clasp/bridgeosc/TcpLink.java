package dev.clasp.bridgeosc;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscFrames;
import dev.clasp.osc.OscFraming;
import dev.clasp.protocol.AddressPattern;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection. Reads on the thread of {@link #run}; writes on a virtual thread of its own
 * from a bounded queue, so that a peer that does not read holds up nobody: then the oldest packets
 * are lost.
 */
final class TcpLink implements Destination {

  private static final int READ = 65_536;
  private static final int MAX_WAITING_BYTES = 4 << 20;

  private final SocketChannel channel;
  private final boolean wide;
  private final Optional<AddressPattern> filter;
  private final int maxPacket;
  private final boolean guesses;
  private final EndpointContext context;
  private final Inbound inbound;
  private final String name;
  private final Optional<String> peer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition something = lock.newCondition();
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private boolean ended;
  private volatile OscFraming.Kind kind;

  /**
   * @param kind how packets are framed
   * @param guesses whether what comes first shows how instead
   */
  TcpLink(
      SocketChannel channel,
      OscFraming.Kind kind,
      boolean guesses,
      boolean wide,
      Optional<AddressPattern> filter,
      int maxPacket,
      EndpointContext context,
      Inbound inbound)
      throws IOException {
    this.channel = channel;
    this.kind = kind;
    this.guesses = guesses;
    this.wide = wide;
    this.filter = filter;
    this.maxPacket = maxPacket;
    this.context = context;
    this.inbound = inbound;
    InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
    String where = remote.getAddress().getHostAddress() + ":" + remote.getPort();
    this.name = "tcp://" + where;
    this.peer = Optional.of(where);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
  }

  /** Reads until it ends. */
  void run() {
    Thread writer = Thread.ofVirtual().name("osc-tcp-write").start(this::write);
    try {
      read();
    } finally {
      close();
      Interruptions.join(writer);
    }
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocate(READ);
    byte[] bytes = buffer.array();
    OscFraming decoder = null;
    OscFrames frames =
        new OscFrames() {
          @Override
          public void packet(byte[] packet, int offset, int length) {
            inbound.packet(packet, offset, length, peer);
          }

          @Override
          public void damaged(String why) {
            context.dropped("from " + peer.orElseThrow() + ": " + why);
          }
        };
    try {
      while (true) {
        buffer.clear();
        int length = channel.read(buffer);
        if (length < 0) {
          return;
        }
        context.bytes(length, 0);
        if (decoder == null && length > 0) {
          if (guesses) {
            kind = OscFraming.Kind.of(bytes[0]);
          }
          decoder = kind.decoder(maxPacket);
        }
        if (decoder != null) {
          decoder.feed(bytes, 0, length, frames);
        }
      }
    } catch (OscException e) {
      context.dropped("from " + peer.orElseThrow() + ", who is disconnected: " + e.getMessage());
    } catch (IOException e) {
      // The other side is gone, or this one ends; the owner tells.
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  @Override
  public boolean wide() {
    return wide;
  }

  @Override
  public boolean accepts(String oscAddress) {
    return filter.isEmpty() || filter.get().matches(oscAddress);
  }

  @Override
  public int maxBytes() {
    return maxPacket;
  }

  @Override
  public void send(byte[] packet, int length) {
    byte[] frame = kind.frame(packet, 0, length);
    int lost = 0;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      while (waitingBytes + frame.length > MAX_WAITING_BYTES && !waiting.isEmpty()) {
        waitingBytes -= waiting.removeFirst().length;
        lost++;
      }
      waiting.addLast(frame);
      waitingBytes += frame.length;
      something.signal();
    } finally {
      lock.unlock();
    }
    for (; lost > 0; lost--) {
      context.dropped(name + " reads too slowly; an older message is lost");
    }
  }

  private void write() {
    try {
      for (byte[] frame = next(); frame != null; frame = next()) {
        ByteBuffer rest = ByteBuffer.wrap(frame);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        context.bytes(0, frame.length);
      }
    } catch (IOException | InterruptedException e) {
      close();
    }
  }

  private byte @Nullable [] next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !ended) {
        something.await();
      }
      if (ended) {
        return null;
      }
      byte[] frame = waiting.removeFirst();
      waitingBytes -= frame.length;
      return frame;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      ended = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to be done about it.
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
