package dev.clasp.webrtc;

import dev.clasp.protocol.Value;
import dev.clasp.webrtc.PeerException.Kind;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Data that goes through the router, and the introductions that say who takes such data and who is
 * there. Ours; peers of other makes neither send nor get any of it. Loop only.
 */
final class Relay {

  private static final long SECOND = 1_000_000_000L;

  /** An ERROR of the router is about data that was sent so long before, at most. */
  private static final long RECENT = 5 * SECOND;

  private final Surroundings around;
  private final Admission admission;
  private double introductions = Limits.INTRODUCTIONS_PER_SECOND;
  private long introducedAt;

  Relay(Surroundings around, Admission admission) {
    this.around = around;
    this.admission = admission;
    this.introducedAt = around.loop().nanos();
  }

  // --- data --------------------------------------------------------------------------------------

  /** Sends data through the router, if need be after the peer has said that it takes such data. */
  void send(Contact contact, byte[] data, boolean reliable, CompletableFuture<Route> sent) {
    if (contact.takesRelay()) {
      contact.relayed = true;
      contact.relayedAt = around.loop().nanos();
      around.line().relay(contact.session, data, reliable, sent);
    } else if (around.router().session().isEmpty()) {
      sent.completeExceptionally(
          new PeerException(Kind.NO_ROUTER, "there is no connection to the router at the moment"));
    } else if (contact.introducing.size() >= Limits.MAX_HELD) {
      sent.completeExceptionally(
          new PeerException(
              Kind.OVERFLOW, "too much already waits for " + contact.session + " to answer"));
    } else {
      if (contact.introducing.isEmpty()) {
        introduce(contact, true);
        contact.introductionUntil(
            around
                .loop()
                .after(
                    Limits.INTRODUCTION,
                    () ->
                        fail(
                            contact,
                            Kind.NO_RELAY,
                            contact.session
                                + " does not say that it takes data through the router; nothing was"
                                + " sent")));
      }
      contact.introducing.add(new Contact.Outgoing(data, reliable, sent));
    }
  }

  /** What waits for the peer to introduce itself is not sent. */
  void fail(Contact contact, Kind kind, String reason) {
    contact
        .takeIntroducing()
        .forEach(each -> each.sent().completeExceptionally(new PeerException(kind, reason)));
  }

  void relayed(PeerSignal.Relayed relayed) {
    if (around.settings().mode() == RoutingMode.PEER_ONLY) {
      around.ignore();
      return;
    }
    around
        .meet(relayed.from())
        .ifPresent(contact -> {
          contact.takesRelay(true);
          boolean ask = !contact.admitted && !contact.isRefused(around.loop().nanos());
          for (byte[] data : relayed.messages()) {
            boolean room = contact.admitted || (ask && Limits.mayHold(contact.held, data.length));
            if (!room || !around.budget().take(data.length)) {
              around.ignore();
              continue;
            }
            PeerEvent.Received received =
                new PeerEvent.Received(contact.session, data, relayed.reliable(), Route.RELAY);
            if (contact.admitted) {
              around.deliveries().tell(received);
            } else {
              contact.held.add(received);
            }
          }
          if (ask) {
            admission.ask(contact);
          }
        });
  }

  /** If data went through the router a short while ago, it is probably that. Once a second. */
  void undelivered(Contact contact, String reason) {
    long now = around.loop().nanos();
    boolean recent = contact.relayed && now - contact.relayedAt < RECENT;
    if (recent && (!contact.undeliveredEver || now - contact.undeliveredTold >= SECOND)) {
      contact.undeliveredEver = true;
      contact.undeliveredTold = now;
      around.deliveries().tell(new PeerEvent.Undelivered(contact.session, reason));
    }
  }

  // --- who is there ------------------------------------------------------------------------------

  /** Somebody announces itself; anybody can do so in any name. */
  void announced(Value value) {
    SignalCodec.Announcement announcement = SignalCodec.decodeAnnouncement(value);
    String session = announcement.session();
    if (!announcement.capable() || session.equals(around.router().session())) {
      return;
    }
    boolean unknown = around.contacts().find(session).isEmpty();
    around
        .meet(session)
        .ifPresent(contact -> {
          learn(contact, announcement.features());
          if (unknown && announcement.features().contains(SignalCodec.RELAY) && mayIntroduce()) {
            introduce(contact, false);
          }
        });
  }

  /** One that says so itself. */
  void introduced(PeerSignal.Introduction introduction) {
    around
        .meet(introduction.from())
        .ifPresent(contact -> {
          learn(contact, introduction.features());
          contact.takesRelay(introduction.features().contains(SignalCodec.RELAY));
          if (introduction.answer() && mayIntroduce()) {
            introduce(contact, false);
          }
          if (contact.takesRelay()) {
            contact
                .takeIntroducing()
                .forEach(each -> send(contact, each.data(), each.reliable(), each.sent()));
          } else {
            fail(contact, Kind.NO_RELAY, contact.session + " takes no data through the router");
          }
        });
  }

  private void learn(Contact contact, Set<String> features) {
    if (contact.features(features)) {
      around.deliveries().tell(new PeerEvent.Announced(contact.session, features));
    }
  }

  /** Whether one more may be answered that nobody here has asked for. */
  boolean mayIntroduce() {
    long now = around.loop().nanos();
    introductions =
        Math.min(
            Limits.INTRODUCTIONS_PER_SECOND,
            introductions
                + (double) (now - introducedAt) * Limits.INTRODUCTIONS_PER_SECOND / SECOND);
    introducedAt = now;
    if (introductions < 1) {
      return false;
    }
    introductions--;
    return true;
  }

  private void introduce(Contact contact, boolean answer) {
    around
        .line()
        .send(
            contact.session,
            new PeerSignal.Introduction(
                around.router().session(), Set.copyOf(around.settings().features()), answer));
  }
}
