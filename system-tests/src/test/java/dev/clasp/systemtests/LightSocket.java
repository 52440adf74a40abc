package dev.clasp.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * A console and a node of the test itself: frames of sACN (E1.31) and Art-Net 4 on this machine.
 */
final class LightSocket implements AutoCloseable {

  private static final int ART_POLL = 0x2000;
  private static final int ART_DMX = 0x5000;
  private static final int ART_SLOTS = 18;
  private static final int SLOTS = 512;
  private static final int SACN_DATA = 4;
  private static final int SACN_START_CODE = 125;

  private final DatagramSocket socket;

  LightSocket() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  private void send(byte[] bytes, InetAddress to, int port) {
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, to, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether something came within a second. */
  private boolean receive(DatagramPacket packet) {
    try {
      socket.setSoTimeout(1000);
      socket.receive(packet);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame of sACN (E1.31, table 4-1). */
  void sacn(
      int port, UUID cid, String name, int priority, int universe, int sequence, int... levels) {
    ByteBuffer out = ByteBuffer.allocate(126 + levels.length);
    out.putShort((short) 0x10).putShort((short) 0);
    out.put("ASC-E1.17\0\0\0".getBytes(StandardCharsets.US_ASCII));
    out.putShort((short) (0x7000 | out.capacity() - 16)).putInt(4);
    out.putLong(cid.getMostSignificantBits()).putLong(cid.getLeastSignificantBits());
    out.putShort((short) (0x7000 | out.capacity() - 38)).putInt(2);
    out.put(name.getBytes(StandardCharsets.UTF_8));
    out.position(108);
    out.put((byte) priority).putShort((short) 0).put((byte) sequence).put((byte) 0);
    out.putShort((short) universe);
    out.putShort((short) (0x7000 | out.capacity() - 115)).put((byte) 2).put((byte) 0xA1);
    out.putShort((short) 0).putShort((short) 1).putShort((short) (levels.length + 1)).put((byte) 0);
    for (int level : levels) {
      out.put((byte) level);
    }
    send(out.array(), InetAddress.getLoopbackAddress(), port);
  }

  /** A frame of Art-Net (ArtDmx) for a port-address below 256. */
  void artnet(int port, int universe, int... levels) {
    ByteBuffer out = ByteBuffer.allocate(ART_SLOTS + levels.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("Art-Net\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) ART_DMX);
    out.put((byte) 0).put((byte) 14).put((byte) 0).put((byte) 0).putShort((short) universe);
    out.order(ByteOrder.BIG_ENDIAN).putShort((short) levels.length);
    for (int level : levels) {
      out.put((byte) level);
    }
    send(out.array(), InetAddress.getLoopbackAddress(), port);
  }

  /**
   * Waits for a frame of sACN with this level in this slot.
   *
   * @param slot from 1
   */
  void awaitSacn(int universe, int slot, int level) {
    DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (System.nanoTime() < end) {
      if (!receive(packet)) {
        continue;
      }
      ByteBuffer frame = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      if (frame.limit() > SACN_START_CODE + slot
          && frame.getInt(18) == SACN_DATA
          && frame.getShort(113) == universe
          && frame.get(SACN_START_CODE) == 0
          && Byte.toUnsignedInt(frame.get(SACN_START_CODE + slot)) == level) {
        return;
      }
    }
    throw new AssertionError("no frame of sACN in which slot " + slot + " has " + level);
  }

  /** An answer to a poll: a node with one output for a port-address below 16. */
  private void reply(String name, int universe, DatagramPacket to) {
    ByteBuffer out = ByteBuffer.allocate(239).order(ByteOrder.LITTLE_ENDIAN);
    out.put("Art-Net\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0x2100);
    out.put(new byte[] {127, 0, 0, 1}).putShort((short) 0x1936);
    out.position(26);
    out.put(name.getBytes(StandardCharsets.US_ASCII));
    out.put(173, (byte) 1);
    out.put(174, (byte) 0x80);
    out.put(190, (byte) universe);
    out.put(211, (byte) 1);
    send(out.array(), to.getAddress(), to.getPort());
  }

  /**
   * Answers polls and waits for a frame of a port-address below 256 that is wanted.
   *
   * @param again done for every frame that is another one, and every second
   * @return slots as numbers, from 1
   */
  int[] await(String what, int universe, Runnable again, Predicate<int[]> wanted) {
    DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (System.nanoTime() < end) {
      again.run();
      if (!receive(packet)) {
        continue;
      }
      byte[] bytes = packet.getData();
      int code = Byte.toUnsignedInt(bytes[9]) << 8 | Byte.toUnsignedInt(bytes[8]);
      if (code == ART_POLL) {
        reply("Test node", universe, packet);
      }
      if (code != ART_DMX || bytes[14] != universe) {
        continue;
      }
      // A frame may be short: what is not in it is dark.
      int[] slots = new int[SLOTS + 1];
      for (int i = 1; i <= Math.min(SLOTS, packet.getLength() - ART_SLOTS); i++) {
        slots[i] = Byte.toUnsignedInt(bytes[ART_SLOTS + i - 1]);
      }
      if (wanted.test(slots)) {
        return slots;
      }
    }
    throw new AssertionError("no frame in which " + what);
  }

  @Override
  public void close() {
    socket.close();
  }
}
