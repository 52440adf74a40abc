package dev.clasp.transform;

import dev.clasp.protocol.GesturePhase;

/**
 * Which contact a signal of the type gesture belongs to, and how far it is (wire.md 7.3).
 * Immutable.
 *
 * @param id of the contact, unsigned; its sender may use one again when it has ended
 */
public record GestureStep(int id, GesturePhase phase) {

  /** What one is taken for that does not say. */
  static final GestureStep PLAIN = new GestureStep(0, GesturePhase.START);

  /** It can be left out: a later one says more. Beginnings and ends cannot. */
  public boolean passing() {
    return phase == GesturePhase.MOVE;
  }

  /** The contact is over. */
  public boolean last() {
    return phase == GesturePhase.END || phase == GesturePhase.CANCEL;
  }
}
