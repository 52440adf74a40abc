package dev.clasp.router;

import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Value;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.router.spi.Witness;
import dev.clasp.security.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What administrators do to a running router from outside of a session. Any thread; everything
 * happens on a lane, and the answers come from there.
 *
 * <p>Whoever calls this has made sure that the caller may do it. A value is written the way that
 * all values are written: checked, with the rights of the identity given, and told to everybody who
 * subscribed.
 */
public final class Administration {

  /** Subscriptions of one session that are shown. */
  public static final int MAX_SUBSCRIPTIONS = 1000;

  /** Locks of one session whose addresses are shown. */
  public static final int MAX_LOCKS = 1000;

  private final Router router;
  private final Lane lane;

  /** How something went. */
  public sealed interface Outcome {

    record Done() implements Outcome {}

    /** There is nothing of that name. */
    record Absent() implements Outcome {}

    /**
     * It is not done.
     *
     * @param code as a client would be told, see {@link ErrorCode}
     * @param text a sentence
     */
    record Refused(int code, String text) implements Outcome {}
  }

  private static final Outcome DONE = new Outcome.Done();
  private static final Outcome ABSENT = new Outcome.Absent();

  /**
   * @param lane where values are written
   */
  public Administration(Router router, Lane lane) {
    this.router = router;
    this.lane = lane;
  }

  private static <T> CompletableFuture<T> on(LaneExecutor executor, Supplier<T> task) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      executor.execute(() -> {
        try {
          answer.complete(task.get());
        } catch (RuntimeException e) {
          answer.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  // --- sessions ----------------------------------------------------------------------------------

  /** One session, if there is one of this id. */
  public CompletableFuture<Optional<SessionDetail>> session(String id) {
    Session session = router.sessions().get(id);
    return session == null
        ? CompletableFuture.completedFuture(Optional.empty())
        : on(session.lane().executor(), () -> Optional.of(detail(session)));
  }

  private static SessionDetail detail(Session session) {
    List<SubscriptionStatus> subscriptions = new ArrayList<>();
    for (Subscription s : session.subscriptions.values()) {
      if (subscriptions.size() == MAX_SUBSCRIPTIONS) {
        break;
      }
      subscriptions.add(
          new SubscriptionStatus(
              session.id(), s.id(), s.pattern().text(), s.typeMask(), s.options()));
    }
    List<String> locked =
        session.locks.stream()
            .limit(MAX_LOCKS)
            .map(address -> new String(address.name, StandardCharsets.UTF_8))
            .sorted()
            .toList();
    return new SessionDetail(
        session.status(),
        session.rights().identity(),
        subscriptions,
        session.locks.size(),
        locked,
        session.gesturesInProgress(),
        session.scheduledBundles.size(),
        session.lastError());
  }

  /** Ends a session; false if there is none of this id. */
  public boolean disconnect(String id, CloseReason reason) {
    Session session = router.sessions().get(id);
    if (session == null) {
      return false;
    }
    session.lane().executor().execute(() -> session.close(reason));
    return true;
  }

  // --- parameters --------------------------------------------------------------------------------

  /**
   * Sets a parameter.
   *
   * @param who whose rights count
   * @param peer where the request came from
   */
  public CompletableFuture<Outcome> set(String address, Value value, Identity who, String peer) {
    return on(lane.executor(), () -> write(address, value, who, peer));
  }

  private Outcome write(String address, Value value, Identity who, String peer) {
    byte[] payload;
    try {
      payload =
          MessageCodec.encode(
              new Message.SetValue(
                  address, value, OptionalLong.empty(), false, false, Optional.empty()));
    } catch (EncodeException e) {
      return new Outcome.Refused(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
    Session session =
        new Session(
            UUID.randomUUID().toString(),
            "administrator",
            who,
            Set.of(),
            lane,
            new Nobody(peer),
            router,
            () -> {});
    // It holds no locks and has nothing to come back to: like what outlives its session.
    session.end();
    MessageView view = new MessageView().wrap(payload, 0, payload.length);
    Refusal refusal = router.writes().write(session, view, false);
    session.silence();
    return refusal == null ? DONE : new Outcome.Refused(refusal.code(), refusal.text());
  }

  /** Takes a parameter away, and tells those who subscribed, if this router tells of ends. */
  public CompletableFuture<Outcome> delete(String address) {
    return on(
        lane.executor(),
        () ->
            at(
                address,
                found -> {
                  if (!found.stored()) {
                    return ABSENT;
                  }
                  if (found.lockHolder != null) {
                    return new Outcome.Refused(
                        ErrorCode.LOCK_HELD,
                        "a session holds the lock of this address: take the lock away first");
                  }
                  router.retention().delete(lane, found);
                  return DONE;
                }));
  }

  /** Takes the lock of an address away from whoever holds it. */
  public CompletableFuture<Outcome> breakLock(String address, Identity who, String peer) {
    return on(
        lane.executor(),
        () ->
            at(
                address,
                found -> {
                  Session holder = found.lockHolder;
                  if (holder == null) {
                    return ABSENT;
                  }
                  router
                      .witness()
                      .lockBroken(
                          new Witness.Party("", "administrator", peer, Nobody.TRANSPORT, who),
                          holder.party(),
                          address);
                  found.lockHolder = null;
                  router.writes().forgetLock(holder, found);
                  return DONE;
                }));
  }

  private interface Deed {
    Outcome on(Address address);
  }

  /** Does something with an address, under the lock of its stripe. */
  private Outcome at(String address, Deed deed) {
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    String violation = AddressRules.violation(name, 0, name.length);
    if (violation != null) {
      return new Outcome.Refused(ErrorCode.BAD_REQUEST, violation);
    }
    long hash = router.space().hash(name, 0, name.length);
    Stripe stripe = router.space().stripeOf(hash);
    stripe.lock.lock();
    try {
      @Nullable Address found = stripe.find(name, 0, name.length, hash);
      return found == null ? ABSENT : deed.on(found);
    } finally {
      stripe.lock.unlock();
    }
  }

  /** The other end of a session that has none. */
  private record Nobody(String peer) implements Connection {

    static final String TRANSPORT = "admin";

    @Override
    public Framing framing() {
      return Framing.BARE;
    }

    @Override
    public String transport() {
      return TRANSPORT;
    }

    @Override
    public void write(byte[] framed, int offset, int length) {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close(CloseReason reason) {}
  }
}
