package dev.clasp.webrtc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may connect and send. A peer to which the application connects is admitted. About any other
 * the application is asked before an offer is answered, because the answer tells addresses of this
 * machine, and before data that came through the router is delivered. Loop only.
 */
final class Admission {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private final Surroundings around;
  private final Attempts attempts;
  private int questions;
  private boolean closed;

  Admission(Surroundings around, Attempts attempts) {
    this.around = around;
    this.attempts = attempts;
  }

  /** A peer that is not admitted has sent something that waits for it. */
  void ask(Contact contact) {
    if (contact.question != null) {
      return;
    }
    Object question = new Object();
    contact.question = question;
    if (++questions > Limits.MAX_QUESTIONS) {
      decided(contact, question, false);
      return;
    }
    Loop.Timer limit =
        around
            .loop()
            .after(around.settings().connectTimeout(), () -> decided(contact, question, false));
    around
        .deliveries()
        .run(() -> {
          CompletionStage<Boolean> answer;
          try {
            answer = around.settings().admit().apply(contact.session);
          } catch (Throwable e) {
            LOG.warn("the decision about a peer failed; it is refused", e);
            answer = CompletableFuture.completedFuture(false);
          }
          answer.whenComplete((yes, _) ->
              around
                  .loop()
                  .execute(() -> {
                    limit.cancel();
                    decided(contact, question, Boolean.TRUE.equals(yes));
                  }));
        });
  }

  @SuppressWarnings("ReferenceEquality") // The very question is meant.
  private void decided(Contact contact, Object question, boolean yes) {
    if (contact.question != question) {
      return;
    }
    contact.question = null;
    questions--;
    PeerSignal.Offer pending = contact.pending;
    contact.pending = null;
    List<PeerEvent.Received> held = List.copyOf(contact.held);
    contact.held.clear();
    // It may have been admitted in the meantime, by connecting to it.
    boolean admitted = (yes || contact.admitted) && !closed;
    if (admitted) {
      contact.admitted = true;
      contact.wanted = true;
      held.forEach(around.deliveries()::tell);
    } else {
      contact.refuse(around.loop().nanos() + Limits.REFUSED_FOR.toNanos());
      held.forEach(message -> around.budget().give(message.data().length));
    }
    if (pending != null && admitted) {
      attempts.answer(contact, pending);
    } else if (pending != null) {
      attempts.sayGoodbye(contact, pending.correlation(), "refused", true);
    }
  }

  /** Nobody is admitted any more. */
  void close() {
    closed = true;
  }
}
