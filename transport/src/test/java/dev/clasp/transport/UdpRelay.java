package dev.clasp.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and a server, as a NAT does: the server sees the relay's address, which
 * may change at any time. Can lose, double and swap datagrams.
 */
final class UdpRelay implements AutoCloseable {

  private static final int LONG_HEADER = 0x80;
  private static final int RETRY = 0xF0;

  private final InetSocketAddress server;
  private final DatagramSocket front;
  private final SplittableRandom random = new SplittableRandom(7);
  private volatile DatagramSocket back;
  private volatile @Nullable SocketAddress client;
  private volatile int harmPercent;
  private volatile boolean dead;
  private volatile boolean mute;
  final AtomicInteger retries = new AtomicInteger();
  final AtomicInteger harmed = new AtomicInteger();

  private UdpRelay(InetSocketAddress server, DatagramSocket front, DatagramSocket back) {
    this.server = server;
    this.front = front;
    this.back = back;
  }

  static UdpRelay to(InetSocketAddress server) throws IOException {
    UdpRelay relay = new UdpRelay(server, local(), local());
    Thread.ofPlatform().daemon().start(relay::forth);
    relay.startBack(relay.back);
    return relay;
  }

  private static DatagramSocket local() {
    try {
      return new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return front.getLocalPort();
  }

  /** Port that the server sees now. */
  int outside() {
    return back.getLocalPort();
  }

  /** The server sees another address from now on; what it sends to the old one is lost. */
  void move() {
    DatagramSocket old = back;
    DatagramSocket fresh = local();
    startBack(fresh);
    back = fresh;
    old.close();
  }

  /** So many of a hundred datagrams in each direction are lost, doubled, or come late. */
  void harm(int percent) {
    harmPercent = percent;
  }

  /** Nothing passes any more. */
  void cut() {
    dead = true;
  }

  /** Nothing of the server passes any more. */
  void cutAnswers() {
    mute = true;
  }

  private void startBack(DatagramSocket socket) {
    Thread.ofPlatform().daemon().start(() -> back(socket));
  }

  private void forth() {
    relay(
        front,
        (packet, from) -> {
          client = from;
          back.send(new DatagramPacket(packet, packet.length, server));
        });
  }

  private void back(DatagramSocket socket) {
    relay(
        socket,
        (packet, _) -> {
          if ((packet[0] & LONG_HEADER) != 0 && (packet[0] & RETRY) == RETRY) {
            retries.incrementAndGet();
          }
          SocketAddress to = client;
          if (to != null && !mute) {
            front.send(new DatagramPacket(packet, packet.length, to));
          }
        });
  }

  private interface Sender {
    void send(byte[] packet, SocketAddress from) throws IOException;
  }

  private void relay(DatagramSocket from, Sender sender) {
    byte[] b = new byte[65_536];
    byte[] late = {};
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(b, b.length);
        from.receive(packet);
        byte[] content = Arrays.copyOf(b, packet.getLength());
        int fate = harmPercent == 0 ? 3 : fate();
        if (dead || fate == 0) {
          continue;
        }
        if (fate == 1 && late.length == 0) {
          late = content;
          continue;
        }
        try {
          sender.send(content, packet.getSocketAddress());
          if (fate == 2) {
            sender.send(content, packet.getSocketAddress());
          }
          if (late.length > 0) {
            sender.send(late, packet.getSocketAddress());
            late = new byte[0];
          }
        } catch (SocketException e) {
          // The socket was just exchanged: lost.
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** 0 lost, 1 late, 2 doubled, 3 unharmed. */
  private synchronized int fate() {
    if (random.nextInt(100) >= harmPercent) {
      return 3;
    }
    harmed.incrementAndGet();
    return random.nextInt(3);
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
