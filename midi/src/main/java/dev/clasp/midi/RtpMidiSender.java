package dev.clasp.midi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One direction of a session, where it begins: makes packets of messages, with the journal that
 * lets the other side make good what is lost. Not thread-safe.
 */
public final class RtpMidiSender {

  /** SysEx goes in pieces of at most this many bytes, so that packets fit every network. */
  static final int MAX_PIECE = 512;

  /** The longest journal; with it a packet is below 1400 bytes. */
  static final int MAX_JOURNAL = 800;

  /** Packets that a journal goes back at most: sequence numbers must stay unique. */
  private static final int MAX_AGE = 8192;

  private static final int SYSEX = 0xF0;
  private static final int SYSEX_END = 0xF7;

  private final int ssrc;
  private final boolean journal;
  private final JournalHistory history = new JournalHistory();

  /** Packets are counted on from 65536, so that none is below 0. */
  private long next;

  private long confirmed;

  /**
   * @param sequence of the first packet, 0 to 65535
   * @param journal whether packets have one
   */
  public RtpMidiSender(int ssrc, int sequence, boolean journal) {
    this.ssrc = ssrc;
    this.journal = journal;
    this.next = 0x10000L | sequence;
    this.confirmed = next - 1;
  }

  /**
   * Packets for a message: one, or more for long SysEx; none for what is no message.
   *
   * @param message with a status byte; SysEx whole, or pieces of it: only the first begins with F0,
   *     only the last ends with F7
   * @param timestamp in units of 100 µs
   */
  public List<byte[]> packets(byte[] message, int timestamp) {
    int status = message[0] & 0xFF;
    if (status == SYSEX || status < 0x80 || status == SYSEX_END) {
      return sysEx(message, timestamp);
    }
    if (!whole(message)) {
      return List.of();
    }
    byte[] packet = packet(List.of(new RtpMidiCommand(0, message)), timestamp);
    history.sent(next - 1, message);
    return List.of(packet);
  }

  /** Others would lose the whole packet over a byte that does not belong there. */
  private static boolean whole(byte[] message) {
    boolean data = true;
    for (int i = 1; i < message.length; i++) {
      data &= message[i] >= 0;
    }
    return data && message.length == RtpMidiList.length(message[0] & 0xFF);
  }

  private List<byte[]> sysEx(byte[] message, int timestamp) {
    boolean begins = (message[0] & 0xFF) == SYSEX;
    boolean ends = (message[message.length - 1] & 0xFF) == SYSEX_END;
    int from = begins ? 1 : 0;
    int to = message.length - (ends ? 1 : 0);
    List<byte[]> packets = new ArrayList<>();
    int at = from;
    do {
      int size = Math.min(to - at, MAX_PIECE);
      byte[] piece = new byte[size + 2];
      piece[0] = (byte) (begins && at == from ? SYSEX : SYSEX_END);
      System.arraycopy(message, at, piece, 1, size);
      at += size;
      piece[size + 1] = (byte) (ends && at == to ? SYSEX_END : SYSEX);
      packets.add(packet(List.of(new RtpMidiCommand(0, piece)), timestamp));
    } while (at < to);
    return packets;
  }

  /**
   * A packet without commands: what was lost at the end of a phrase nobody would notice otherwise
   * (RFC 6295 section 4.2, guard packets).
   */
  public byte[] guard(int timestamp) {
    return packet(List.of(), timestamp);
  }

  private byte[] packet(List<RtpMidiCommand> commands, int timestamp) {
    long current = next++;
    Optional<RtpJournal> told =
        journal
            ? Optional.of(
                history.journal(Math.max(confirmed, current - MAX_AGE), current, MAX_JOURNAL))
            : Optional.empty();
    return new RtpMidiPacket((int) (current & 0xFFFF), timestamp, ssrc, commands, told).write();
  }

  /** The other side has everything up to here: the journal begins behind it. */
  public void confirmed(int sequence) {
    long last = next - 1;
    long packet = last - (last - sequence & 0xFFFF);
    // A number from the future is one from long ago; it tells nothing.
    if (packet > confirmed && packet > last - MAX_AGE) {
      confirmed = packet;
    }
  }

  /** Whether there are packets that the other side has not confirmed. */
  public boolean unconfirmed() {
    return confirmed < next - 1;
  }

  /** Of the newest packet. */
  public int lastSequence() {
    return (int) (next - 1 & 0xFFFF);
  }
}
