package dev.clasp.router;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The parameters of one session that end with it: those that it wrote and nobody else since. Made
 * for the first of them.
 *
 * <p>Addresses are only collected here; whether the session was the last to write is asked when it
 * matters. Lane thread only.
 */
final class Ephemerals {

  /** Parameters looked at in one turn of the loop. */
  private static final int PIECE = 256;

  private final Session session;
  private final Router router;
  private final Set<Address> written = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Addresses beyond which those that are of no interest any more are thrown out. */
  private int enough = 1024;

  private boolean tidying;

  Ephemerals(Session session, Router router) {
    this.session = session;
    this.router = router;
  }

  /** The session has written this one. The lock of its stripe is held. */
  void wrote(Address address) {
    if (written.add(address) && written.size() > enough && !tidying) {
      tidying = true;
      // Later, when no stripe is locked.
      session.lane().executor().execute(this::tidy);
    }
  }

  private void tidy() {
    tidying = false;
    written.removeIf(address -> !isOurs(address));
    enough = Math.max(1024, 2 * written.size());
  }

  private boolean isOurs(Address address) {
    Stripe stripe = router.space().stripeOf(address.hash);
    stripe.lock.lock();
    try {
      return address.stored() && Arrays.equals(address.writer, session.writerBytes());
    } finally {
      stripe.lock.unlock();
    }
  }

  /** The session has ended. No lock held. */
  void endAll() {
    ArrayDeque<Address> left = new ArrayDeque<>(written);
    written.clear();
    endSome(left);
  }

  private void endSome(ArrayDeque<Address> left) {
    for (int i = 0; i < PIECE && !left.isEmpty(); i++) {
      end(left.removeFirst());
    }
    if (!left.isEmpty()) {
      session.lane().executor().schedule(() -> endSome(left), 0);
    }
  }

  private void end(Address address) {
    Stripe stripe = router.space().stripeOf(address.hash);
    stripe.lock.lock();
    try {
      if (address.stored()
          && Arrays.equals(address.writer, session.writerBytes())
          && address.ephemeral()) {
        router.retention().end(session.lane(), address);
        session.lane().add(Counter.ENDED_WITH_SESSION, 1);
      }
    } finally {
      stripe.lock.unlock();
    }
  }
}
