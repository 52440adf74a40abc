package dev.clasp.bridgemidi;

import dev.clasp.midi.RtpMidiReceiver;
import dev.clasp.midi.RtpMidiSender;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One of the others in a session, and how far we are with it. Belongs to {@link RtpMidiSession}.
 */
final class RtpMidiPeer {

  /** How far it is. */
  enum State {
    /** We have invited it, and it has not answered on the control port. */
    INVITED,
    /** Nor on the data port. */
    HALF_INVITED,
    /** It has invited us on the control port and not yet on the data port. */
    HALF_ACCEPTED,
    /** Messages come and go. */
    UP
  }

  /** A message that waits for its time. */
  record Due(byte[] message, long nanos) {}

  final boolean initiator;
  final int token;
  final InetSocketAddress control;
  InetSocketAddress data;
  int ssrc;
  String name;
  State state;

  /** When something is to be done about the invitation. */
  long due;

  int tries;
  long heard;

  /** When we compare clocks; only who invited does. */
  long clockDue;

  int clocks;
  int unanswered;
  final RtpMidiClock clock = new RtpMidiClock();

  /** When we tell what has come; {@link Long#MAX_VALUE} for never. */
  long feedbackDue = Long.MAX_VALUE;

  /** When we say once more what has not been confirmed. */
  long guardDue = Long.MAX_VALUE;

  int guards;
  final RtpMidiSender sender;
  final RtpMidiReceiver receiver;
  final Deque<Due> waiting = new ArrayDeque<>();
  long lastDue;
  private final Allowance coming;
  @Nullable RtpMidiTarget target;

  RtpMidiPeer(
      boolean initiator,
      int token,
      int ssrc,
      String name,
      State state,
      InetSocketAddress control,
      RtpMidiSender sender,
      RtpMidiReceiver receiver,
      long now) {
    this.initiator = initiator;
    this.token = token;
    this.ssrc = ssrc;
    this.name = name;
    this.state = state;
    this.control = control;
    this.data =
        new InetSocketAddress(control.getAddress(), Math.min(control.getPort() + 1, 65_535));
    this.sender = sender;
    this.receiver = receiver;
    this.due = now;
    this.heard = now;
    this.lastDue = now;
    this.coming = new Allowance(now);
  }

  boolean up() {
    return state == State.UP;
  }

  /** Whether one more packet is within the rate; a second's worth may come at once. */
  boolean admits(int rate, long now) {
    return coming.admits(rate, rate / 1e9, now);
  }

  @Override
  public String toString() {
    String where = control.getAddress().getHostAddress() + ":" + control.getPort();
    return name.isEmpty() ? where : name + " (" + where + ")";
  }
}
