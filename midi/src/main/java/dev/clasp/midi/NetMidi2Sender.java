package dev.clasp.midi;

import dev.clasp.midi.NetMidi2Command.UmpData;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The numbers of UMP Data for one receiver: what was sent goes along again with what is sent next
 * (forward error correction, M2-124-UM section 7.2.2), and is kept for a while for who asks for it
 * (7.2.3). Not thread-safe.
 */
public final class NetMidi2Sender {

  private final int repeats;
  private final int kept;
  private final Deque<UmpData> sent = new ArrayDeque<>();
  private int next;

  /**
   * @param repeats commands before each one that are sent again, 0 to 10
   * @param kept commands that can be asked for
   */
  public NetMidi2Sender(int repeats, int kept) {
    Range.check("repeats", repeats, 0, 10);
    Range.check("kept", kept, repeats, 65_535);
    this.repeats = repeats;
    this.kept = kept;
  }

  /**
   * The next datagram, the oldest command first.
   *
   * @param packets at most {@link NetMidi2Command#MOST_WORDS} words; may be none
   */
  public List<UmpData> next(List<Ump> packets) {
    UmpData data = new UmpData(next, packets);
    next = next + 1 & 0xFFFF;
    List<UmpData> commands = new ArrayList<>();
    commands.add(data);
    int room = NetMidi2Packet.MOST_BYTES - 4 - NetMidi2Packet.size(data);
    var earlier = sent.descendingIterator();
    while (earlier.hasNext() && commands.size() <= repeats) {
      UmpData each = earlier.next();
      room -= NetMidi2Packet.size(each);
      if (room < 0) {
        break;
      }
      commands.addFirst(each);
    }
    sent.addLast(data);
    if (sent.size() > Math.max(kept, 1)) {
      sent.removeFirst();
    }
    return commands;
  }

  /**
   * What was asked for, datagram by datagram; empty if it is not kept any more or was never sent.
   *
   * @param count 0 for all from there on
   */
  public List<List<UmpData>> again(int sequence, int count) {
    List<List<UmpData>> datagrams = new ArrayList<>();
    List<UmpData> datagram = new ArrayList<>();
    int room = NetMidi2Packet.MOST_BYTES - 4;
    int left = count == 0 ? Integer.MAX_VALUE : count;
    boolean found = false;
    for (UmpData each : sent) {
      found |= each.sequence() == sequence;
      if (!found || left-- <= 0) {
        continue;
      }
      int size = NetMidi2Packet.size(each);
      if (size > room) {
        datagrams.add(datagram);
        datagram = new ArrayList<>();
        room = NetMidi2Packet.MOST_BYTES - 4;
      }
      datagram.add(each);
      room -= size;
    }
    if (!datagram.isEmpty()) {
      datagrams.add(datagram);
    }
    return datagrams;
  }

  /** The first number that is kept; the next one if there is none. */
  public int oldest() {
    return sent.isEmpty() ? next : sent.getFirst().sequence();
  }

  /** Begins again with 0 (section 6.11). */
  public void reset() {
    sent.clear();
    next = 0;
  }
}
