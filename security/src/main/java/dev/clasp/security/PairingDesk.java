package dev.clasp.security;

import dev.clasp.security.PairingException.Kind;
import dev.clasp.security.PairingJson.Addressed;
import dev.clasp.security.PairingJson.Content;
import dev.clasp.security.PairingJson.Sealed;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Second;
import dev.clasp.security.PairingRound.Third;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of pairing: shows one code at a time, and gives one token to the first client
 * that proves to know it (operations.md 8.5: six digits, 300 s, at most 5 attempts).
 *
 * <p>A client has three rounds; each is a message in and an answer out, as JSON. With its first
 * round it uses up one of the code's attempts, whether or not it goes on, so that nobody gets more
 * than {@value #ATTEMPTS} guesses at a million codes. That also bounds what is held and computed
 * here. The client's proof, not the shape of what it sends, decides; everything that is wrong from
 * the second round on gets the same answer.
 *
 * <p>Thread-safe. The rounds take tens of milliseconds, the last may wait for a disk: not for event
 * loops. Everything else is fast. No lock is held while it computes, or calls out.
 */
public final class PairingDesk {

  /** How long a code is good. */
  public static final Duration LIFETIME = Duration.ofSeconds(300);

  /** Exchanges that may be begun with one code. */
  public static final int ATTEMPTS = 5;

  /** From the first round of an exchange to its last. No person is asked anything meanwhile. */
  static final Duration EXCHANGE_LIFETIME = Duration.ofSeconds(30);

  /** What everybody is told who has not proved to know the code. */
  private static final String WRONG =
      "pairing failed: the code is wrong, or no longer good, or the exchange was disturbed";

  private static final String NO_CODE =
      "no code is shown at the moment, or it has been tried too often; let the server show a new"
          + " one";

  /**
   * A code that is good now.
   *
   * @param left until it ends
   * @param attemptsLeft exchanges that may still be begun
   * @param scopes of the token that it is good for
   */
  public record Shown(PairingCode code, Duration left, int attemptsLeft, Scopes scopes) {}

  /** A code with what happens to it. Guarded by the desk. */
  private static final class Offer {
    final PairingCode code;
    final Scopes scopes;
    final long deadline;
    final Map<String, PairingExchange> exchanges = new HashMap<>();
    int attemptsLeft = ATTEMPTS;

    Offer(PairingCode code, Scopes scopes, long deadline) {
      this.code = code;
      this.scopes = scopes;
      this.deadline = deadline;
    }
  }

  private final String server;
  private final LongSupplier nanoTime;
  private final SecureRandom random;
  private final TokenIssuer issuer;
  private final Consumer<PairingEvent> events;
  private @Nullable Offer offer;

  /**
   * @param server its name, which the client sees and which is part of what is proved
   * @param nanoTime a clock like {@link System#nanoTime}, which nobody sets
   * @param events told what happens, on the thread on which it does; must not throw
   */
  public PairingDesk(
      String server,
      LongSupplier nanoTime,
      SecureRandom random,
      TokenIssuer issuer,
      Consumer<PairingEvent> events) {
    this.server = PairingClient.nameFrom(server, "router");
    this.nanoTime = nanoTime;
    this.random = random;
    this.issuer = issuer;
    this.events = events;
  }

  /**
   * Makes a new code. The one before is void, and so are its exchanges.
   *
   * @param scopes of the token that it is good for; whoever asks must have them
   * @param by who asks, for the log
   */
  public Shown show(Scopes scopes, String by) {
    PairingCode code = PairingCode.random(random);
    Shown shown;
    synchronized (this) {
      drop();
      offer = new Offer(code, scopes, nanoTime.getAsLong() + LIFETIME.toNanos());
      shown = new Shown(code, LIFETIME, ATTEMPTS, scopes);
    }
    events.accept(new PairingEvent.Shown(by, scopes, LIFETIME));
    return shown;
  }

  /** The code that is good now. */
  public Optional<Shown> shown() {
    List<PairingEvent> news = new ArrayList<>();
    Optional<Shown> shown;
    synchronized (this) {
      Offer current = current(news);
      shown =
          current == null
              ? Optional.empty()
              : Optional.of(
                  new Shown(
                      current.code,
                      Duration.ofNanos(current.deadline - nanoTime.getAsLong()),
                      current.attemptsLeft,
                      current.scopes));
    }
    news.forEach(events);
    return shown;
  }

  /**
   * Takes the code back; false if there is none.
   *
   * @param by who asks, for the log
   */
  public boolean withdraw(String by) {
    synchronized (this) {
      if (current(new ArrayList<>()) == null) {
        return false;
      }
      drop();
    }
    events.accept(new PairingEvent.Withdrawn(by));
    return true;
  }

  /**
   * The first round.
   *
   * @param peer address of the client
   * @return the answer
   * @throws PairingException of any kind but UNAVAILABLE
   */
  public byte[] first(String peer, byte[] json) {
    First theirs = PairingJson.parseFirst(json);
    String name = theirs.party().substring(PairingParty.CLIENT.length());
    List<PairingEvent> news = new ArrayList<>();
    PairingExchange exchange = begin(peer, name, news);
    news.forEach(events);
    if (exchange == null) {
      throw new PairingException(Kind.CLOSED, NO_CODE);
    }
    events.accept(new PairingEvent.Started(peer, name));
    try {
      return PairingJson.first(exchange.id(), exchange.first(theirs));
    } catch (PairingException e) {
      throw failed(exchange, "the first round is no proper one", e);
    }
  }

  private synchronized @Nullable PairingExchange begin(
      String peer, String name, List<PairingEvent> news) {
    Offer current = current(news);
    if (current == null || current.attemptsLeft == 0) {
      return null;
    }
    current.attemptsLeft--;
    byte[] id = new byte[16];
    random.nextBytes(id);
    PairingExchange exchange =
        new PairingExchange(
            HexFormat.of().formatHex(id),
            server,
            peer,
            name,
            current.code,
            nanoTime.getAsLong() + EXCHANGE_LIFETIME.toNanos(),
            random);
    current.exchanges.put(exchange.id(), exchange);
    return exchange;
  }

  /**
   * The second round.
   *
   * @return the answer
   * @throws PairingException of kind MALFORMED or REFUSED
   */
  public byte[] second(byte[] json) {
    Addressed<Second> theirs = PairingJson.parseSecond(json);
    PairingExchange exchange = find(theirs.exchange());
    try {
      return PairingJson.second(exchange.second(theirs.round()));
    } catch (PairingException e) {
      throw failed(exchange, "the second round is no proper one, or out of order", e);
    }
  }

  /**
   * The third round: makes the token if the client knows the code.
   *
   * @return the answer, with the token closed in it
   * @throws PairingException of kind MALFORMED, REFUSED or UNAVAILABLE
   */
  public byte[] third(byte[] json) {
    Addressed<Third> theirs = PairingJson.parseThird(json);
    PairingExchange exchange = find(theirs.exchange());
    Third ours;
    PairingBox box;
    try {
      ours = exchange.third(theirs.round());
      box = exchange.box();
    } catch (PairingException e) {
      throw failed(exchange, "wrong code, or a round out of order", e);
    }
    Scopes scopes = claim(exchange);
    TokenIssuer.Issued issued;
    try {
      issued = issuer.issue(scopes, exchange.name());
    } catch (RuntimeException e) {
      events.accept(
          new PairingEvent.Failed(
              exchange.peer(),
              exchange.name(),
              "the token could not be stored: " + e.getMessage(),
              0));
      throw new PairingException(
          Kind.UNAVAILABLE,
          "the code was right, but the server could not store the token; its log says why",
          e);
    }
    events.accept(new PairingEvent.Done(exchange.peer(), exchange.name(), issued.id(), scopes));
    Content content = new Content(issued.token(), scopes.list().stream().map(Scope::text).toList());
    return PairingJson.third(new Sealed(ours, box.seal(PairingJson.content(content), random)));
  }

  /** A code is good for one token: whoever comes first has it. */
  private Scopes claim(PairingExchange exchange) {
    List<PairingEvent> news = new ArrayList<>();
    Scopes scopes = null;
    synchronized (this) {
      Offer current = current(news);
      if (current != null && current.exchanges.get(exchange.id()) == exchange) {
        scopes = current.scopes;
        drop();
      }
    }
    news.forEach(events);
    if (scopes == null) {
      throw new PairingException(Kind.REFUSED, WRONG);
    }
    return scopes;
  }

  private PairingExchange find(String id) {
    List<PairingEvent> news = new ArrayList<>();
    PairingExchange exchange;
    synchronized (this) {
      Offer current = current(news);
      exchange = current == null ? null : current.exchanges.get(id);
    }
    news.forEach(events);
    if (exchange == null) {
      throw new PairingException(Kind.REFUSED, WRONG);
    }
    return exchange;
  }

  private PairingException failed(PairingExchange exchange, String reason, Exception cause) {
    exchange.end();
    List<PairingEvent> news = new ArrayList<>();
    synchronized (this) {
      Offer current = current(news);
      if (current != null && current.exchanges.remove(exchange.id()) != null) {
        news.add(failure(current, exchange, reason));
        voidIfExhausted(current, news);
      }
    }
    news.forEach(events);
    return new PairingException(Kind.REFUSED, WRONG, cause);
  }

  private static PairingEvent failure(Offer offer, PairingExchange exchange, String reason) {
    return new PairingEvent.Failed(exchange.peer(), exchange.name(), reason, offer.attemptsLeft);
  }

  /**
   * The offer, unless its time is over. Ends the exchanges whose time is: one that is being
   * computed meanwhile finds out in its next round. Under the lock.
   */
  private @Nullable Offer current(List<PairingEvent> news) {
    Offer current = offer;
    if (current == null) {
      return null;
    }
    long now = nanoTime.getAsLong();
    if (now - current.deadline >= 0) {
      drop();
      return null;
    }
    for (Iterator<PairingExchange> it = current.exchanges.values().iterator(); it.hasNext(); ) {
      PairingExchange exchange = it.next();
      if (now - exchange.deadline() >= 0) {
        it.remove();
        news.add(failure(current, exchange, "it did not go on"));
      }
    }
    voidIfExhausted(current, news);
    return offer;
  }

  private void voidIfExhausted(Offer current, List<PairingEvent> news) {
    if (offer == current && current.attemptsLeft == 0 && current.exchanges.isEmpty()) {
      drop();
      news.add(new PairingEvent.Exhausted());
    }
  }

  private void drop() {
    offer = null;
  }
}
