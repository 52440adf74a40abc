package dev.clasp.bridgemidi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between two sessions, on two ports of its own, and treats datagrams as bad networks do.
 * What comes from anybody but the second goes to the second.
 */
final class LossyRelay implements AutoCloseable {

  private record Held(byte[] bytes, InetSocketAddress to) {}

  private final List<DatagramChannel> channels = new ArrayList<>();
  private final InetSocketAddress[] first = new InetSocketAddress[2];
  private final int port;
  final AtomicLong dropped = new AtomicLong();
  private volatile double loss;
  private volatile double late;
  private volatile double twice;

  /**
   * @param second control port of the session that is invited
   */
  LossyRelay(int second) throws IOException {
    InetAddress local = InetAddress.getByName("127.0.0.1");
    int found = 0;
    while (found == 0) {
      DatagramChannel control = DatagramChannel.open();
      DatagramChannel data = DatagramChannel.open();
      try {
        control.bind(new InetSocketAddress(local, 0));
        int candidate = ((InetSocketAddress) control.getLocalAddress()).getPort();
        data.bind(new InetSocketAddress(local, candidate + 1));
        channels.add(control);
        channels.add(data);
        found = candidate;
      } catch (IOException | IllegalArgumentException e) {
        control.close();
        data.close();
      }
    }
    port = found;
    for (int i = 0; i < 2; i++) {
      int which = i;
      InetSocketAddress target = new InetSocketAddress(local, second + i);
      Thread.ofPlatform().daemon().start(() -> run(which, target));
    }
  }

  int port() {
    return port;
  }

  /** Chances from 0 to 1. */
  void worsen(double lossNow, double lateNow, double twiceNow) {
    loss = lossNow;
    late = lateNow;
    twice = twiceNow;
  }

  private void run(int which, InetSocketAddress second) {
    DatagramChannel channel = channels.get(which);
    SplittableRandom random = new SplittableRandom(which);
    ByteBuffer buffer = ByteBuffer.allocate(2048);
    List<Held> held = new ArrayList<>();
    while (true) {
      try {
        buffer.clear();
        InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
        boolean back = from.equals(second);
        if (!back) {
          first[which] = from;
        }
        InetSocketAddress to = back ? first[which] : second;
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        if (random.nextDouble() < loss) {
          dropped.incrementAndGet();
        } else if (random.nextDouble() < late) {
          held.add(new Held(bytes, to));
        } else {
          channel.send(ByteBuffer.wrap(bytes), to);
          if (random.nextDouble() < twice) {
            channel.send(ByteBuffer.wrap(bytes), to);
          }
          for (Held each : held) {
            channel.send(ByteBuffer.wrap(each.bytes()), each.to());
          }
          held.clear();
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // One of the two is not there at the moment.
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel each : channels) {
      each.close();
    }
  }
}
