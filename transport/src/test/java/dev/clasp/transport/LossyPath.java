package dev.clasp.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** A network between one client and a server that loses, doubles and swaps datagrams. */
final class LossyPath implements AutoCloseable {

  private final DatagramSocket front;
  private final DatagramSocket back;
  private final int percent;
  private final AtomicReference<SocketAddress> client = new AtomicReference<>();

  /**
   * @param percent of the datagrams that each of these happens to
   */
  LossyPath(InetSocketAddress server, int percent, long seed) throws IOException {
    this.percent = percent;
    InetAddress local = InetAddress.getByName("127.0.0.1");
    front = new DatagramSocket(0, local);
    back = new DatagramSocket(0, local);
    back.connect(server);
    Thread.ofVirtual().start(() -> carry(front, back, true, new SplittableRandom(seed)));
    Thread.ofVirtual().start(() -> carry(back, front, false, new SplittableRandom(~seed)));
  }

  int port() {
    return front.getLocalPort();
  }

  private void carry(
      DatagramSocket from, DatagramSocket to, boolean there, SplittableRandom random) {
    byte[] b = new byte[65_536];
    Optional<byte[]> held = Optional.empty();
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(b, b.length);
        from.receive(packet);
        if (there) {
          client.set(packet.getSocketAddress());
        }
        byte[] bytes = Arrays.copyOf(b, packet.getLength());
        if (random.nextInt(100) < percent) {
          continue;
        }
        if (held.isEmpty() && random.nextInt(100) < percent) {
          held = Optional.of(bytes);
          continue;
        }
        send(to, bytes, there);
        if (random.nextInt(100) < percent) {
          send(to, bytes, there);
        }
        if (held.isPresent()) {
          send(to, held.get(), there);
          held = Optional.empty();
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void send(DatagramSocket to, byte[] bytes, boolean there) throws IOException {
    to.send(
        there
            ? new DatagramPacket(bytes, bytes.length)
            : new DatagramPacket(bytes, bytes.length, client.get()));
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
