package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One direction of a session, where it ends: puts packets in order, makes good from the journal
 * what was lost, and puts SysEx together. What comes too late is dropped: the journal of the packet
 * that came before it has said the same. Not thread-safe.
 */
public final class RtpMidiReceiver {

  /** Packets in a row that are too late, after which the sender has begun anew. */
  private static final int BEGUN_ANEW = 32;

  private static final int SYSEX = 0xF0;
  private static final int SYSEX_END = 0xF7;
  private static final int SYSEX_GIVEN_UP = 0xF4;

  /**
   * A message to be played.
   *
   * @param after the timestamp of its packet, in the units of that
   * @param message with its status byte, SysEx whole
   */
  public record Heard(int after, byte[] message) {}

  private final JournalRepair repair = new JournalRepair();
  private final int maxSysEx;
  private final ByteArrayOutputStream sysEx = new ByteArrayOutputStream();
  private boolean inSysEx;
  private boolean started;
  private int newest;
  private int lateInRow;
  private long lost;
  private long late;
  private long repaired;
  private long sysExLost;

  /**
   * @param maxSysEx bytes of the longest message, with F0 and F7; longer ones are dropped
   */
  public RtpMidiReceiver(int maxSysEx) {
    this.maxSysEx = maxSysEx;
  }

  /** What is to be played now, in order: repairs first. */
  public List<Heard> accept(RtpMidiPacket packet) {
    int ahead = (short) (packet.sequence() - newest);
    if (started && ahead <= 0 && ++lateInRow <= BEGUN_ANEW) {
      late++;
      return List.of();
    }
    List<Heard> heard = new ArrayList<>();
    if (!started || ahead != 1) {
      boolean anew = started && ahead <= 0;
      lost += started && !anew ? ahead - 1 : 0;
      giveUpSysEx();
      makeGood(packet, anew).forEach(message -> heard.add(new Heard(0, message)));
      repaired += heard.size();
    }
    started = true;
    lateInRow = 0;
    newest = packet.sequence();
    int after = 0;
    for (RtpMidiCommand command : packet.commands()) {
      after = (int) Math.min(Integer.MAX_VALUE, (long) after + command.delta());
      take(command.bytes(), after, heard);
    }
    return heard;
  }

  private List<byte[]> makeGood(RtpMidiPacket packet, boolean anew) {
    if (packet.journal().isEmpty() || anew) {
      return repair.silence();
    }
    RtpJournal journal = packet.journal().get();
    boolean whole = !started || (short) (journal.checkpoint() - (newest + 1)) <= 0;
    return repair.repair(journal, whole);
  }

  private void take(byte[] bytes, int after, List<Heard> heard) {
    int status = bytes[0] & 0xFF;
    switch (status) {
      case SYSEX, SYSEX_END -> sysEx(bytes, after, heard);
      case 0xF4, 0xF5, 0xF9, 0xFD -> {
        // MIDI does not define them.
      }
      default -> {
        if (status < 0xF8) {
          giveUpSysEx();
        }
        repair.heard(bytes);
        heard.add(new Heard(after, bytes));
      }
    }
  }

  private void sysEx(byte[] piece, int after, List<Heard> heard) {
    boolean first = (piece[0] & 0xFF) == SYSEX;
    int end = piece[piece.length - 1] & 0xFF;
    if (first) {
      giveUpSysEx();
      inSysEx = true;
      sysEx.write(SYSEX);
    }
    if (!inSysEx) {
      // Its beginning was lost.
      return;
    }
    if (sysEx.size() + piece.length - 1 > maxSysEx || end == SYSEX_GIVEN_UP) {
      giveUpSysEx();
      return;
    }
    sysEx.write(piece, 1, piece.length - 2);
    if (end == SYSEX_END && piece.length > 1) {
      sysEx.write(SYSEX_END);
      heard.add(new Heard(after, sysEx.toByteArray()));
      inSysEx = false;
      sysEx.reset();
    }
  }

  private void giveUpSysEx() {
    if (inSysEx) {
      sysExLost++;
      inSysEx = false;
      sysEx.reset();
    }
  }

  /** The session is over: ends what sounds. */
  public List<byte[]> silence() {
    giveUpSysEx();
    return repair.silence();
  }

  /** For the feedback to the sender: the newest packet, 0 to 65535. */
  public int newest() {
    return newest;
  }

  /** Whether anything has come. */
  public boolean started() {
    return started;
  }

  /** Packets that did not come, or came too late. */
  public long lost() {
    return lost;
  }

  /** Packets that came twice or too late. */
  public long late() {
    return late;
  }

  /** Messages made from journals, or to end notes. */
  public long repaired() {
    return repaired;
  }

  /** SysEx messages of which a piece was lost, or that were too long. */
  public long sysExLost() {
    return sysExLost;
  }
}
