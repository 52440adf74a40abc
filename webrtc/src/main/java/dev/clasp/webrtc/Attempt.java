package dev.clasp.webrtc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One try to connect with one peer, under one correlation id; the connection itself once it stands.
 * Loop only.
 */
final class Attempt {

  final Contact contact;
  final String correlation;
  final boolean offerer;

  private @Nullable PeerConnection connection;
  private Loop.@Nullable Timer deadline;
  private Loop.@Nullable Timer gathering;

  /** The own description has gone out. */
  boolean described;

  boolean localSet;
  boolean gathered;

  /** The answer has come. */
  boolean answered;

  private boolean remoteSet;
  private int remoteCandidates;

  /** Longest message that the peer takes. */
  int maxMessage = Limits.MAX_MESSAGE;

  /** This side has ended it, and what was sent before is on its way. */
  boolean leaving;

  boolean closed;

  private final List<Candidate> own = new ArrayList<>();
  private final List<Candidate> remote = new ArrayList<>();

  /** Messages that came before the connection stood. */
  final List<PeerEvent.Received> early = new ArrayList<>();

  Attempt(Contact contact, String correlation, boolean offerer) {
    this.contact = contact;
    this.correlation = correlation;
    this.offerer = offerer;
  }

  void opened(PeerConnection opened, Loop.Timer untilThen) {
    connection = opened;
    deadline = untilThen;
  }

  PeerConnection connection() {
    PeerConnection opened = connection;
    if (opened == null) {
      throw new IllegalStateException("not opened");
    }
    return opened;
  }

  void gathering(Loop.Timer timer) {
    gathering = timer;
  }

  // --- candidates --------------------------------------------------------------------------------

  /** Keeps an own candidate until the description has gone out. */
  void keepOwn(Candidate candidate) {
    if (own.size() < Limits.MAX_CANDIDATES) {
      own.add(candidate);
    }
  }

  List<Candidate> takeOwn() {
    List<Candidate> taken = List.copyOf(own);
    own.clear();
    return taken;
  }

  /** A candidate of the peer; false when there were too many. */
  boolean remote(Candidate candidate) {
    if (++remoteCandidates > Limits.MAX_CANDIDATES) {
      return false;
    }
    if (remoteSet) {
      connection().add(candidate);
    } else {
      remote.add(candidate);
    }
    return true;
  }

  /** The peer's description is in place. */
  void remoteSet() {
    remoteSet = true;
    remote.forEach(connection()::add);
    remote.clear();
  }

  // --- the end -----------------------------------------------------------------------------------

  /** It stands: no time limit any more. */
  void standing() {
    if (deadline != null) {
      deadline.cancel();
    }
  }

  /** Ends it without a word. Idempotent. */
  void close(ReceiveBudget budget) {
    if (closed) {
      return;
    }
    closed = true;
    standing();
    if (gathering != null) {
      gathering.cancel();
    }
    early.forEach(message -> budget.give(message.data().length));
    early.clear();
    if (connection != null) {
      connection.close();
    }
  }
}
