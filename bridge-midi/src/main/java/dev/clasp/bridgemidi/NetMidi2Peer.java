package dev.clasp.bridgemidi;

import dev.clasp.midi.NetMidi2Receiver;
import dev.clasp.midi.NetMidi2Sender;
import dev.clasp.midi.Ump;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the others, of a session of Network MIDI 2.0. Times are nanoseconds of the session. */
final class NetMidi2Peer {

  enum State {
    /** We have asked. */
    INVITED,
    /** It has asked, and must show who it is. */
    ASKED,
    UP
  }

  /** Somebody whom we want, and invite again and again. */
  static final class Target {
    final String label;
    InetSocketAddress address;
    long due;
    long pause;
    @Nullable NetMidi2Peer peer;

    /** What was last said to the user about it. */
    String told = "";

    Target(String label, InetSocketAddress address, long due) {
      this.label = label;
      this.address = address;
      this.due = due;
    }
  }

  /** UMP Data that is kept for who asks for it again. */
  static final int KEPT = 1_024;

  final boolean initiator;
  final InetSocketAddress address;
  final NetMidi2Sender sender;
  final NetMidi2Receiver receiver = new NetMidi2Receiver();
  final UmpHearing hearing;
  final @Nullable Target target;
  State state;
  String name;
  String product = "";

  /** Until it is up: when it is asked again, or is forgotten. */
  long due;

  int tries;
  String nonce = "";
  int wrong;

  long began;
  long heard;
  long pingDue;
  int pingId;
  long pinged;
  long roundTrip = -1;

  /** Whether it takes channel messages of MIDI 2.0 now. */
  boolean midi2;

  /** What waits to be sent. */
  final Deque<List<Ump>> outbox = new ArrayDeque<>();

  private final Allowance leaving;

  /** Empty UMP Data behind the last. */
  long idleDue = Long.MAX_VALUE;

  int idles;

  /** Of the hole that is first: its number, -1 for none. */
  int hole = -1;

  long holeSince;
  long askDue;
  long againDue;

  private final Allowance coming;
  long lost;
  long asked;
  long again;

  NetMidi2Peer(
      boolean initiator,
      InetSocketAddress address,
      String name,
      State state,
      @Nullable Target target,
      int repeats,
      UmpHearing hearing,
      long now) {
    this.initiator = initiator;
    this.address = address;
    this.name = name;
    this.state = state;
    this.target = target;
    this.sender = new NetMidi2Sender(repeats, KEPT);
    this.hearing = hearing;
    this.due = now;
    this.heard = now;
    this.coming = new Allowance(now);
    this.leaving = new Allowance(now);
  }

  boolean up() {
    return state == State.UP;
  }

  /** Whether one more datagram is within the rate; a second's worth may come at once. */
  boolean admits(int rate, long now) {
    return coming.admits(rate, rate / 1e9, now);
  }

  /** Whether one more may leave: a burst, then so many in a millisecond. */
  boolean mayLeave(int burst, int perMilli, long now) {
    return leaving.admits(burst, perMilli / 1e6, now);
  }

  @Override
  public String toString() {
    String where = address.getAddress().getHostAddress() + ":" + address.getPort();
    return name.isEmpty() ? where : name + " (" + where + ")";
  }
}
