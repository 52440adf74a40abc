package dev.clasp.bridgesacn;

import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.FrameSink;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Frames as packets of one source. Sequence numbers are counted here: priorities of slots, which go
 * in packets of their own, count as well (ANSI E1.31-2018, 6.2.5).
 *
 * <p>Called under the lock of the transmitter only. Nothing is allocated for a frame.
 */
final class SacnSender implements FrameSink {

  /** Termination is said three times (6.2.6). */
  private static final int FAREWELLS = 3;

  /** Priorities of slots are repeated once a second, as levels are. */
  private static final long PRIORITIES_NANOS = 900_000_000L;

  /** Where packets go; tells what fails itself. */
  interface Wire {

    /** To the group of the universe and to everybody who gets unicast. */
    void send(int universe, ByteBuffer packet);

    /** To the group of the universe only. */
    void multicast(int universe, ByteBuffer packet);
  }

  private static final class Universe {
    private final byte[] levels;
    private final ByteBuffer levelsOut;
    private final Optional<ByteBuffer> prioritiesOut;
    private final byte[] priorities;
    private int sequence;
    private long prioritiesAt = Long.MIN_VALUE;

    Universe(byte[] levels, Optional<byte[]> priorities) {
      this.levels = levels;
      this.levelsOut = ByteBuffer.wrap(levels);
      this.priorities = priorities.orElse(new byte[0]);
      this.prioritiesOut = priorities.map(ByteBuffer::wrap);
    }
  }

  private final SacnConfig config;
  private final SacnWriter writer;
  private final Wire wire;
  private final LongSupplier nanoTime;
  private final Map<Integer, Universe> universes = new HashMap<>();
  private final byte[] sync;
  private final ByteBuffer syncOut;
  private int syncSequence;

  SacnSender(SacnConfig config, UUID cid, Wire wire, LongSupplier nanoTime) {
    this.config = config;
    this.writer = new SacnWriter(cid, config.sourceName());
    this.sync = writer.sync(config.syncAddress(), 0);
    this.syncOut = ByteBuffer.wrap(sync);
    this.wire = wire;
    this.nanoTime = nanoTime;
  }

  @Override
  public void frame(int universe, byte[] slots, int count, int sequence) {
    Universe of = universes.get(universe);
    if (of == null) {
      of = universe(universe, count);
      universes.put(universe, of);
    }
    long now = nanoTime.getAsLong();
    if (of.prioritiesOut.isPresent()
        && (of.prioritiesAt == Long.MIN_VALUE || now - of.prioritiesAt >= PRIORITIES_NANOS)) {
      // Before the levels, so that none are shown with a wrong priority.
      of.prioritiesAt = now;
      of.priorities[Sacn.SEQUENCE] = (byte) of.sequence++;
      send(universe, of.prioritiesOut.get());
    }
    SacnWriter.frame(of.levels, slots, of.sequence++, options());
    send(universe, of.levelsOut);
  }

  private Universe universe(int universe, int count) {
    byte[] levels =
        writer.data(universe, count, config.priority(), config.syncAddress(), Dmx.START_LEVELS);
    byte[] priorities = null;
    for (SacnConfig.SlotPriority each : config.priorities()) {
      if (each.universe() != universe) {
        continue;
      }
      if (priorities == null) {
        priorities =
            writer.data(
                universe, Dmx.SLOTS, config.priority(), config.syncAddress(), Dmx.START_PRIORITIES);
        priorities[Sacn.OPTIONS] = (byte) options();
        for (int slot = 0; slot < Dmx.SLOTS; slot++) {
          // 0 would say that the slot is nobody's.
          priorities[Sacn.SLOTS + slot] = (byte) Math.max(1, config.priority());
        }
      }
      for (int channel = each.first(); channel <= each.last(); channel++) {
        priorities[Sacn.SLOTS + channel - 1] = (byte) each.priority();
      }
    }
    return new Universe(levels, Optional.ofNullable(priorities));
  }

  private int options() {
    return config.preview() ? Sacn.PREVIEW : 0;
  }

  private void send(int universe, ByteBuffer packet) {
    packet.clear();
    wire.send(universe, packet);
  }

  @Override
  public void together(int frames) {
    if (config.syncAddress() != 0) {
      sync[Sacn.SYNC_SEQUENCE] = (byte) syncSequence++;
      syncOut.clear();
      wire.send(config.syncAddress(), syncOut);
    }
  }

  @Override
  public void terminate(int universe, byte[] slots, int count, int sequence) {
    Universe of = universes.remove(universe);
    if (of == null) {
      return;
    }
    for (int i = 0; i < FAREWELLS; i++) {
      SacnWriter.frame(of.levels, slots, of.sequence++, options() | Sacn.TERMINATED);
      // Whoever waits for synchronization shall hear it at once.
      Sacn.putShort(of.levels, Sacn.SYNC_ADDRESS, 0);
      send(universe, of.levelsOut);
    }
  }

  /** Says which universes are sent (12), to the group for that. */
  void discover(List<Integer> sending) {
    for (int page = 0; page < SacnWriter.pages(sending); page++) {
      wire.multicast(Sacn.DISCOVERY_UNIVERSE, ByteBuffer.wrap(writer.discovery(sending, page)));
    }
  }
}
