package dev.clasp.bridgemidi;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Somebody whom we want in the session, and invite again and again. */
final class RtpMidiTarget {

  final String label;
  InetSocketAddress address;

  /** When we invite it next. */
  long due;

  long pause;

  /** The invitation that is under way, or what came of it. */
  @Nullable RtpMidiPeer peer;

  /** What was last said to the user about it. */
  String told = "";

  RtpMidiTarget(String label, InetSocketAddress address, long due) {
    this.label = label;
    this.address = address;
    this.due = due;
  }
}
