package dev.clasp.bridgemidi;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A UDP port of ours, with a thread that reads it. */
final class UdpSocket implements AutoCloseable {

  /** Who takes a datagram; the bytes are used again afterwards. */
  interface Receiver {
    void receive(InetSocketAddress from, byte[] bytes, int length);
  }

  /** Longer datagrams are cut, and are no packets then. */
  private static final int BUFFER = 16_384;

  private static final int SYSTEM_BUFFER = 1 << 18;
  private static final int MAX_FAILURES = 100;

  private final DatagramChannel channel;
  private final int port;
  private final Consumer<String> errors;
  private volatile @Nullable Thread reader;
  private volatile boolean closed;

  /** For both families. */
  UdpSocket(InetAddress address, int port, Consumer<String> errors) throws IOException {
    this.errors = errors;
    channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SYSTEM_BUFFER);
      channel.bind(new InetSocketAddress(address, port));
      this.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * @throws BridgeException passing
   */
  static InetAddress address(HostPort bind) {
    try {
      return InetAddress.getByName(bind.host().isEmpty() ? "0.0.0.0" : bind.host());
    } catch (UnknownHostException e) {
      throw BridgeException.passing(
          "bind: " + bind.host() + " is not known; give an address of this machine or 0.0.0.0");
    }
  }

  int port() {
    return port;
  }

  /** Begins to read. */
  void start(String name, Receiver receiver) {
    reader = Thread.ofPlatform().name(name).daemon().start(() -> read(receiver));
  }

  private void read(Receiver receiver) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    int failures = 0;
    while (!closed) {
      try {
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) channel.receive(buffer);
        if (sender != null) {
          failures = 0;
          receiver.receive(sender, buffer.array(), buffer.position());
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (PortUnreachableException e) {
        // The session notices who does not answer.
      } catch (IOException e) {
        errors.accept("cannot receive: " + e.getMessage());
        if (++failures == MAX_FAILURES) {
          return;
        }
      } catch (RuntimeException e) {
        errors.accept("a datagram could not be handled: " + e);
      }
    }
  }

  void send(InetSocketAddress to, byte[] bytes) {
    try {
      channel.send(ByteBuffer.wrap(bytes), to);
    } catch (ClosedChannelException e) {
      // It ends.
    } catch (PortUnreachableException e) {
      // The session notices who does not answer.
    } catch (IOException | UnsupportedAddressTypeException e) {
      errors.accept("cannot send to " + to + ": " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      // Nobody uses it any more.
    }
    Thread running = reader;
    if (running != null && running != Thread.currentThread()) {
      Interruptions.join(running);
    }
  }
}
