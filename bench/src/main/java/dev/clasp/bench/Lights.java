package dev.clasp.bench;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code lights}: 64 universes of Art-Net at 44 frames a second, into the router and to a client
 * ({@code in}: each frame one value; {@code slots}: 8 slots of each change, each one a value), and
 * from a client through the router to the network ({@code out}). How many frames are lost, how far
 * the time between two frames of a universe is from what was sent, and what the target pays for it.
 *
 * <p>A frame carries its number in slots 1 to 4. Sent and counted by code of its own, so that
 * nothing of the bridge is believed.
 */
final class Lights {

  private static final int UNIVERSES = 64;
  private static final int SLOTS = 512;
  private static final int CHANGING = 8;
  private static final long FRAME_NANOS = 1_000_000_000L / 44;
  private static final int HEADER = 18;
  private static final long SETTLE_NANOS = 300_000_000;
  private static final long START_NANOS = 10_000_000_000L;

  private Lights() {}

  static List<Trial> trials(LightPorts ports) {
    return List.of(
        new Trial(Scenario.LIGHTS, "in", (rig, figures) -> in(rig, figures, ports.in())),
        new Trial(Scenario.LIGHTS, "slots", (rig, figures) -> slots(rig, figures, ports.slots())),
        new Trial(Scenario.LIGHTS, "out", (rig, figures) -> out(rig, figures, ports.out())));
  }

  /** What has come of every universe. One thread at a time. */
  private static final class Tally {
    private final long[] last = new long[UNIVERSES];
    private final AtomicLong frames = new AtomicLong();
    private final Latencies jitter = new Latencies();
    private final boolean[] seen = new boolean[UNIVERSES];
    private volatile boolean counting;

    void frame(int universe, long now) {
      if (universe < 0 || universe >= UNIVERSES || !counting) {
        return;
      }
      if (seen[universe]) {
        jitter.record(Math.abs(now - last[universe] - FRAME_NANOS));
      }
      seen[universe] = true;
      last[universe] = now;
      frames.incrementAndGet();
    }

    void begin() {
      Arrays.fill(seen, false);
      frames.set(0);
      jitter.reset();
      counting = true;
    }
  }

  private interface Sender {
    void send(int frame) throws IOException;
  }

  /** Sends a frame of all universes 44 times a second for a while; returns how many rounds. */
  private static int paced(Rig rig, int first, long nanos, Sender sender) throws IOException {
    long begin = rig.clock().nanos();
    int rounds = 0;
    for (long due = begin; due - begin < nanos; due += FRAME_NANOS) {
      while (rig.clock().nanos() < due) {
        LockSupport.parkNanos(Math.max(1, due - rig.clock().nanos()));
      }
      sender.send(first + rounds);
      rounds++;
    }
    return rounds;
  }

  private static void settle() {
    LockSupport.parkNanos(SETTLE_NANOS);
  }

  // --- in ----------------------------------------------------------------------------------------

  private static void in(Rig rig, Figures figures, int port) {
    byte[] levels = new byte[SLOTS];
    Tally tally = new Tally();
    try (ClaspClient client = client(rig);
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSendBufferSize(1 << 20);
      client.subscribe(
          "/bench/in/*",
          signal -> {
            if (signal instanceof Signal.Change change && !change.fromSnapshot()) {
              tally.frame(last(change.address()), rig.clock().nanos());
            }
          });
      Sender sender =
          frame -> {
            ByteBuffer.wrap(levels).putInt(frame);
            // The rest moves too, as in a chase.
            Arrays.fill(levels, 4, SLOTS, (byte) frame);
            for (int universe = 0; universe < UNIVERSES; universe++) {
              send(socket, port, universe, frame, levels);
            }
          };
      measure(rig, figures, tally, sender, 1);
    } catch (IOException e) {
      throw new BenchException("Art-Net over UDP does not work: " + e.getMessage(), e);
    }
  }

  private static void slots(Rig rig, Figures figures, int port) {
    byte[] levels = new byte[SLOTS];
    Tally tally = new Tally();
    AtomicLong values = new AtomicLong();
    try (ClaspClient client = client(rig);
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSendBufferSize(1 << 20);
      client.subscribe(
          "/bench/slots/**",
          signal -> {
            if (signal instanceof Signal.Change change && !change.fromSnapshot()) {
              String address = change.address();
              int slash = address.lastIndexOf('/');
              if (tally.counting) {
                values.incrementAndGet();
              }
              if (address.endsWith("/1")) {
                tally.frame(last(address.substring(0, slash)), rig.clock().nanos());
              }
            }
          });
      Sender sender =
          frame -> {
            Arrays.fill(levels, 0, CHANGING, (byte) frame);
            for (int universe = 0; universe < UNIVERSES; universe++) {
              send(socket, port, universe, frame, levels);
            }
          };
      long sent = measure(rig, figures, tally, sender, 1);
      figures.add(
          "values lost",
          Unit.PERCENT,
          Better.LOWER,
          Math.max(0, 100.0 * (sent * CHANGING - values.get()) / (sent * CHANGING)));
    } catch (IOException e) {
      throw new BenchException("Art-Net over UDP does not work: " + e.getMessage(), e);
    }
  }

  // --- out ---------------------------------------------------------------------------------------

  private static void out(Rig rig, Figures figures, int port) {
    Tally tally = new Tally();
    try (ClaspClient client = client(rig);
        DatagramSocket socket = new DatagramSocket(null)) {
      socket.setReceiveBufferSize(4 << 20);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      // Ends when the socket is closed.
      Thread.ofPlatform().daemon().name("bench lights").start(() -> receive(rig, socket, tally));
      String[] addresses = new String[UNIVERSES];
      Arrays.setAll(addresses, universe -> "/bench/out/" + universe);
      Sender sender =
          frame -> {
            byte[] levels = new byte[SLOTS];
            Arrays.fill(levels, (byte) frame);
            ByteBuffer.wrap(levels).putInt(frame);
            Value value = Value.of(levels);
            for (String address : addresses) {
              client.set(address, value);
            }
          };
      measure(rig, figures, tally, sender, 1);
    } catch (IOException e) {
      throw new BenchException("Art-Net over UDP does not work: " + e.getMessage(), e);
    }
  }

  /** Counts frames whose number is new: repeats keep a universe alive and are no loss or gain. */
  private static void receive(Rig rig, DatagramSocket socket, Tally tally) {
    byte[] bytes = new byte[HEADER + SLOTS];
    int[] newest = new int[UNIVERSES];
    DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
    while (true) {
      try {
        socket.receive(packet);
      } catch (SocketException e) {
        return;
      } catch (IOException e) {
        throw new BenchException("Art-Net over UDP does not work: " + e.getMessage(), e);
      }
      ByteBuffer frame = ByteBuffer.wrap(bytes, 0, packet.getLength()).order(ByteOrder.BIG_ENDIAN);
      if (packet.getLength() < HEADER + 4 || bytes[8] != 0 || bytes[9] != 0x50) {
        continue;
      }
      int universe = bytes[14] & 0xFF | (bytes[15] & 0x7F) << 8;
      int number = frame.getInt(HEADER);
      if (universe < UNIVERSES && number != newest[universe]) {
        newest[universe] = number;
        tally.frame(universe, rig.clock().nanos());
      }
    }
  }

  // --- all ---------------------------------------------------------------------------------------

  private static long measure(Rig rig, Figures figures, Tally tally, Sender sender, int firstFrame)
      throws IOException {
    tally.counting = true;
    int frame = firstFrame;
    // Bridge and subscription have their time to come up: until something of the first frames is
    // there.
    long patience = rig.clock().nanos() + START_NANOS;
    while (tally.frames.get() < UNIVERSES) {
      if (rig.clock().nanos() > patience) {
        throw new BenchException("no frame comes through: are the bridges for lights running?");
      }
      frame += paced(rig, frame, 4 * FRAME_NANOS, sender);
    }
    frame += paced(rig, frame, rig.plan().warmup().toNanos(), sender);
    settle();
    tally.counting = false;
    settle();
    tally.begin();
    Meter meter = new Meter(rig).start();
    int rounds = paced(rig, frame, rig.plan().duration().toNanos(), sender);
    meter.stop();
    settle();
    tally.counting = false;
    long sent = (long) rounds * UNIVERSES;
    figures.add("frames", Unit.PER_SECOND, Better.HIGHER, tally.frames.get() / meter.seconds());
    figures.add(
        "lost",
        Unit.PERCENT,
        Better.LOWER,
        Math.max(0, 100.0 * (sent - tally.frames.get()) / sent));
    figures.add("jitter", tally.jitter);
    meter.report(figures, "frame", sent);
    return sent;
  }

  private static int last(String address) {
    try {
      return Integer.parseInt(address.substring(address.lastIndexOf('/') + 1));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static void send(DatagramSocket socket, int port, int universe, int frame, byte[] levels)
      throws IOException {
    byte[] bytes = new byte[HEADER + SLOTS];
    ByteBuffer.wrap(bytes)
        .put("Art-Net\0".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 0)
        .put((byte) 0x50)
        .putShort((short) 14)
        .put((byte) (1 + frame % 255))
        .put((byte) 0)
        .put((byte) universe)
        .put((byte) (universe >> 8))
        .putShort((short) SLOTS)
        .put(levels);
    socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
  }

  private static ClaspClient client(Rig rig) {
    ClaspClient.Builder builder =
        ClaspClient.builder(rig.uri().toString()).tls(rig.target().tls()).name("bench lights");
    rig.token().ifPresent(builder::token);
    return rig.await(builder.connect());
  }
}
