package dev.clasp.security;

import dev.clasp.security.PairingException.Kind;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Second;
import dev.clasp.security.PairingRound.Third;
import java.security.SecureRandom;

/**
 * The server's side of one exchange. Each round is taken once and in order; whatever else comes,
 * ends it. Thread-safe.
 */
final class PairingExchange {

  private enum State {
    /** Made; the client's first round is being looked at. */
    NEW,
    SECOND_EXPECTED,
    THIRD_EXPECTED,
    /** The client has proved that it knows the code. */
    PROVED,
    ENDED
  }

  private final String id;
  private final String peer;
  private final String name;
  private final long deadline;
  private final PairingParty party;
  private State state = State.NEW;

  /**
   * @param deadline when it ends by itself, on the desk's clock
   */
  PairingExchange(
      String id,
      String server,
      String peer,
      String name,
      PairingCode code,
      long deadline,
      SecureRandom random) {
    this.id = id;
    this.peer = peer;
    this.name = name;
    this.deadline = deadline;
    this.party = new PairingParty(PairingParty.SERVER + server, code, random);
  }

  String id() {
    return id;
  }

  String peer() {
    return peer;
  }

  String name() {
    return name;
  }

  long deadline() {
    return deadline;
  }

  synchronized First first(First theirs) {
    step(State.NEW, State.SECOND_EXPECTED);
    // Made before the other's is looked at, because the library wants it so; sent only after.
    First ours = party.first();
    party.first(theirs);
    return ours;
  }

  synchronized Second second(Second theirs) {
    step(State.SECOND_EXPECTED, State.THIRD_EXPECTED);
    Second ours = party.second();
    party.second(theirs);
    return ours;
  }

  /** The client goes first: the server confirms nothing to somebody who has not. */
  synchronized Third third(Third theirs) {
    step(State.THIRD_EXPECTED, State.PROVED);
    Third ours = party.third();
    party.third(theirs);
    return ours;
  }

  /** For the token; once the client has proved that it knows the code. */
  synchronized PairingBox box() {
    step(State.PROVED, State.ENDED);
    return new PairingBox(party.keyingMaterial(), id);
  }

  private void step(State expected, State next) {
    if (state != expected) {
      state = State.ENDED;
      throw new PairingException(Kind.REFUSED, "a round came twice or out of order");
    }
    state = next;
  }

  /** Nothing more is taken from it. */
  synchronized void end() {
    state = State.ENDED;
  }
}
