package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.FrameLink;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What goes over the connection: requests out, answers and signals in; and what becomes of requests
 * while there is no connection. Loop.
 *
 * <p><b>Fences.</b> Some things have no answer that tells when they are done: a subscription is
 * only refused, the parts of a RESULT have no last one, an answer that does not come does not come.
 * Behind such things goes a PING, at most one in a turn; since a router answers in order, its PONG
 * settles all of them.
 */
final class Exchange {

  static final byte[] PING = FrameCodec.encode(new Message.Ping());
  static final byte[] PONG = FrameCodec.encode(new Message.Pong());

  /** Requests that may wait for the router; more wait to be sent, where values conflate. */
  static final int MAX_UNANSWERED = 65_536;

  /** The loop is so late only after a debugger, a sleep of the machine: then nobody was silent. */
  private static final long STOOD_STILL_NANOS = 1_000_000_000;

  /** Under a flood the outbox may never be empty; then a fence goes out all the same. */
  private static final long FENCE_PATIENCE_NANOS = 1_000_000_000;

  private final ClientConfig config;
  private final Reactor reactor;
  private final Counters counters;
  private final Completer completer;
  private final Events events;
  private final Subscriptions subscriptions;
  private final Runnable onResubscribed;
  private final Runnable onSilence;
  private final Batch batch;
  private final Outbox outbox;
  private final Deadlines deadlines;
  private final LockBook locks = new LockBook();
  private final Correlation correlation;
  private final ClockExchanges clock;
  private final AnnouncementBook announced;
  private final Doubts doubts;

  /** The newest read of each address that others may join. */
  private final Map<String, Request.Read> openReads = new HashMap<>();

  /** Subscriptions whose SUBSCRIBE is on its way, in order. */
  private final ArrayDeque<SubscriptionHandle> fresh = new ArrayDeque<>();

  private @Nullable FrameLink link;
  private URI where;
  private @Nullable ClaspException refusal;
  private boolean needFence;

  /** What was sent last when all subscriptions were sent again; -1 = that is reported. */
  private long resubscribedAfter = -1;

  private long roundTripNanos;
  private OptionalLong retryNanos = OptionalLong.empty();

  /** Reactor time since which a fence waits for the outbox, while {@link #fenceWaits}. */
  private long fenceWaitsNanos;

  private boolean fenceWaits;

  /** Reactor time of the last sign of life: something came, or the other side took something. */
  private long heardNanos;

  /** Routers that have answered a PING or SYNC: their silence means something. */
  private final Set<URI> answering = new HashSet<>();

  /**
   * @param onResubscribed told when the subscriptions are in force on a new connection
   * @param onSilence told when the connection swallows everything
   */
  Exchange(
      ClientConfig config,
      Reactor reactor,
      Counters counters,
      Completer completer,
      Events events,
      Subscriptions subscriptions,
      Runnable onResubscribed,
      Runnable onSilence) {
    this.config = config;
    this.reactor = reactor;
    this.counters = counters;
    this.completer = completer;
    this.events = events;
    this.subscriptions = subscriptions;
    this.onResubscribed = onResubscribed;
    this.onSilence = onSilence;
    this.where = config.uris().getFirst();
    this.batch = new Batch(counters);
    this.outbox = new Outbox(config.maxWaitingBytes());
    this.deadlines = new Deadlines(reactor, config.requestTimeout().toNanos(), this::expired);
    this.correlation = new Correlation(counters, completer, locks, this::announcementRefused);
    this.clock =
        new ClockExchanges(
            reactor, completer, batch::add, config.requestTimeout().toNanos(), config.clockSync());
    this.announced = new AnnouncementBook(config.maxWaitingBytes());
    this.doubts =
        new Doubts(reactor, clock, completer, config.requestTimeout().toNanos(), this::ask);
  }

  ClockExchanges clock() {
    return clock;
  }

  /** Requests that wait for the connection. */
  int waiting() {
    return outbox.size();
  }

  /** Requests that wait for the router. */
  int unanswered() {
    return correlation.unanswered();
  }

  /** Of the last ping; 0 before the first. */
  long roundTripNanos() {
    return roundTripNanos;
  }

  // --- requests ----------------------------------------------------------------------------------

  /** Takes a request: sends it, keeps it for later, or fails it. */
  void admit(Request<?> request) {
    ClaspException over = refusal;
    if (over != null) {
      completer.fail(request, over);
      return;
    }
    if (!share(request)) {
      FrameLink l = link;
      if (l == null) {
        admitOffline(request);
      } else if (outbox.isEmpty() && l.writable() && hasRoom()) {
        transmit(request);
      } else {
        enqueue(request);
      }
    }
    if (!request.isSettled()) {
      deadlines.add(request);
    }
  }

  /** From now on, requests fail with this. */
  void refuse(ClaspException why) {
    refusal = why;
  }

  /**
   * A read joins an open one of the same address; true if it did. But not past a write: whoever
   * writes and then reads must not get what was there before.
   */
  private boolean share(Request<?> request) {
    switch (request) {
      case Request.Read read -> {
        Request.Read open = openReads.get(read.address());
        if (open != null && !open.isSettled()) {
          open.sharers().add(read);
          return true;
        }
        openReads.put(read.address(), read);
      }
      case Request.Write write -> openReads.remove(write.address());
      case Request.Group group -> group.addresses().forEach(openReads::remove);
      case Request.Publication _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ -> {}
    }
    return false;
  }

  private void admitOffline(Request<?> request) {
    if (config.offline() == OfflinePolicy.BUFFER && request.survivesReconnect()) {
      enqueue(request);
    } else if (config.offline() == OfflinePolicy.DROP && dropped(request)) {
      counters.add(Counter.DROPPED, 1);
    } else {
      closeRead(request);
      completer.fail(
          request,
          new ClaspException(
              Kind.CLOSED,
              request.what() + " was not sent: not connected to " + where + " at the moment"));
    }
  }

  /** Nobody would hear what becomes of it: true if it was such a thing, which is done now. */
  private boolean dropped(Request<?> request) {
    return switch (request) {
      case Request.Publication publication -> completer.complete(publication, Nothing.NOTHING);
      case Request.Write write when !write.confirms() ->
          completer.complete(write, new Ack(Optional.of(write.address()), OptionalLong.empty()));
      case Request.Write _,
          Request.Read _,
          Request.Group _,
          Request.Question _,
          Request.Announcement _,
          Request.Probe _,
          Request.ClockCheck _ ->
          false;
    };
  }

  private void enqueue(Request<?> request) {
    // Where it is merged, its time goes with its value.
    request.deadline(reactor.nanos() + config.requestTimeout().toNanos());
    switch (outbox.add(request)) {
      case Outbox.Outcome.Added _ -> {}
      case Outbox.Outcome.Merged _ -> counters.add(Counter.CONFLATED, 1);
      case Outbox.Outcome.Displaced(var dropped) -> {
        for (Request.Publication publication : dropped) {
          counters.add(Counter.DROPPED, 1);
          completer.fail(publication, full(publication));
        }
      }
      case Outbox.Outcome.Full _ -> {
        closeRead(request);
        completer.fail(request, full(request));
      }
    }
  }

  /** More than the limits allow is waiting. Any thread. */
  ClaspException full(Request<?> request) {
    return new ClaspException(
        Kind.OVERFLOW,
        request.what()
            + " was not sent: more than "
            + config.maxWaitingBytes() / 1024
            + " KiB wait to be sent already");
  }

  private void closeRead(Request<?> request) {
    if (request instanceof Request.Read read) {
      openReads.remove(read.address(), read);
    }
  }

  /** Puts a request into the batch. */
  private void transmit(Request<?> request) {
    switch (request) {
      case Request.Write write -> transmit(write);
      case Request.Read read -> {
        if (read.isWanted()) {
          batch.add(read.frame());
          correlation.sent(read);
          needFence |= read.isSettled();
        }
      }
      case Request.Publication publication -> {
        if (!publication.isSettled()) {
          batch.add(publication.frame());
          publication.forgetFrame();
          if (publication.isTimeline()) {
            correlation.played(publication.address());
          }
          completer.complete(publication, Nothing.NOTHING);
        }
      }
      case Request.Group group -> {
        if (!group.isSettled()) {
          batch.add(group.frame());
          group.forgetFrame();
          correlation.sent(group);
        }
      }
      case Request.Question question -> {
        if (!question.isSettled()) {
          question.startOver();
          batch.add(question.frame());
          correlation.sent(question);
          needFence = true;
        }
      }
      case Request.Announcement announcement -> {
        if (!announcement.isSettled()) {
          announced.sent(announcement);
          transmit(announcement);
        }
      }
      case Request.Probe probe -> {
        if (!probe.isSettled()) {
          batch.add(PING);
          correlation.sent(probe, reactor.nanos());
        }
      }
      case Request.ClockCheck check -> {
        if (!check.isSettled()) {
          clock.measure(check);
        }
      }
    }
  }

  private void transmit(Request.Announcement announcement) {
    batch.add(announcement.frame());
    correlation.sent(announcement);
    needFence |= announcement.isSettled();
  }

  private void transmit(Request.Write write) {
    if (write.isCarriedOut() || (!write.isPlain() && write.isSettled())) {
      return;
    }
    batch.add(write.frame());
    boolean kept = write.isPlain() && write.isAnswered();
    if (write.isAnswered()) {
      correlation.sent(write);
      needFence |= write.isSettled();
    } else {
      locks.wrote(write);
      if (correlation.fired(write)) {
        kept = true;
        write.deadline(reactor.nanos() + config.requestTimeout().toNanos());
      }
    }
    Ack sent = new Ack(Optional.of(write.address()), OptionalLong.empty());
    for (Request.Write each : write.together()) {
      if (!each.confirms()) {
        completer.complete(each, sent);
      }
    }
    if (!kept) {
      write.forgetFrame();
    }
  }

  /** Sends what waits, as far as the connection takes it. */
  void flushOutbox() {
    FrameLink l = link;
    while (l != null && !doubts.isOpen() && l.writable() && hasRoom()) {
      Request<?> next = outbox.poll();
      if (next == null) {
        return;
      }
      transmit(next);
    }
  }

  private boolean hasRoom() {
    return correlation.unanswered() < MAX_UNANSWERED;
  }

  /** Asks what has become of a write. */
  private void ask(Request.Read read) {
    batch.add(read.frame());
    correlation.sent(read);
    // Its place is given up at the fence: not every router answers when there is nothing.
    correlation.expired(read);
    needFence = true;
  }

  /** The time of a request is over. */
  private void expired(Request<?> request) {
    if (request instanceof Request.Probe probe && probe.isFence()) {
      if (link != null && answering.contains(where)) {
        long now = reactor.nanos();
        if (now - heardNanos >= config.requestTimeout().toNanos()
            && now - probe.deadline() < STOOD_STILL_NANOS) {
          // Half open: waiting longer would only lose time.
          onSilence.run();
        } else {
          // It is only slow, or we were: what is unanswered keeps its place, and stays in doubt.
          deadlines.add(probe);
        }
        return;
      }
      // A router that does not answer PING: do not wait for it any longer.
      probe.settle();
      passed(probe.sequence());
      return;
    }
    boolean sent = request.sequence() > 0;
    String limit = " within " + config.requestTimeout().toMillis() / 1000.0 + " s";
    String text =
        sent
            ? where + " did not answer " + request.what() + limit
            : request instanceof Request.Write write && write.isPlain()
                ? request.what()
                    + " was not confirmed"
                    + limit
                    + "; its value waits for the connection to "
                    + where
                : request.what() + " was not answered by " + where + limit;
    completer.fail(request, new ClaspException(Kind.TIMEOUT, text));
    closeRead(request);
    switch (request) {
      case Request.Write _, Request.Read _, Request.Group _, Request.Announcement _ -> {
        if (sent) {
          correlation.expired(request);
          needFence = true;
        }
      }
      case Request.Publication _, Request.Question _, Request.Probe _, Request.ClockCheck _ -> {}
    }
  }

  // --- subscriptions -----------------------------------------------------------------------------

  void join(SubscriptionHandle subscription) {
    ClaspException over = refusal;
    if (over != null) {
      completer.fail(subscription, over);
      subscription.end(Optional.of(over));
    } else if (!subscription.isOpen()) {
      completer.fail(subscription, subscription.closedEarly());
    } else {
      subscriptions.add(subscription);
      if (link != null) {
        subscribe(subscription);
      }
    }
  }

  private void subscribe(SubscriptionHandle subscription) {
    batch.add(subscription.frame());
    subscription.sent(correlation.next());
    fresh.add(subscription);
    needFence = true;
  }

  /** It will not have the whole state. */
  void fail(SubscriptionHandle subscription, ClaspException why) {
    completer.fail(subscription, why);
  }

  /** Its sink takes no more. */
  void drop(SubscriptionHandle subscription, ClaspException why) {
    leave(subscription);
    subscription.end(Optional.of(why));
  }

  void leave(SubscriptionHandle subscription) {
    completer.fail(subscription, subscription.closedEarly());
    if (subscriptions.remove(subscription) && link != null) {
      batch.add(FrameCodec.encode(new Message.Unsubscribe(subscription.id())));
      correlation.next();
    }
  }

  // --- receiving ---------------------------------------------------------------------------------

  void received(Message message) {
    heardNanos = reactor.nanos();
    switch (message) {
      case Message.SetValue set -> subscriptions.set(set);
      case Message.Publish publish -> subscriptions.publish(publish);
      case Message.Snapshot(var entries) -> {
        if (entries.size() == 1) {
          Request.Read read = correlation.snapshot(entries.getFirst());
          if (read != null) {
            openReads.remove(read.address(), read);
          }
        }
        entries.forEach(subscriptions::snapshot);
      }
      case Message.Bundle bundle -> bundle.messages().forEach(this::received);
      case Message.Ack ack -> correlation.ack(ack);
      case Message.Error error -> error(error);
      case Message.Ping _ -> batch.add(PONG);
      case Message.Pong _ -> {
        answering.add(where);
        Request.Probe probe = correlation.pong(reactor.nanos());
        if (probe != null) {
          roundTripNanos = reactor.nanos() - probe.sentNanos();
          passed(probe.sequence());
        }
      }
      case Message.Sync sync -> {
        answering.add(where);
        clock.answered(sync);
      }
      case Message.Result result -> correlation.result(result);
      // WELCOME is the connector's business; nobody sends definitions unasked.
      case Message.Welcome _, Message.Announce _ -> {}
      case Message.Hello _,
          Message.Subscribe _,
          Message.Unsubscribe _,
          Message.Get _,
          Message.Query _,
          Message.Replay _,
          Message.FederationSync _ ->
          events.undecodable("a router does not send " + message.getClass().getSimpleName());
    }
  }

  /** Everything that was sent before this number is answered, or never will be. */
  private void passed(long before) {
    correlation.passed(before);
    if (doubts.isOpen()) {
      doubts.passed(before);
    }
    boolean resubscribed = resubscribedAfter >= 0 && before > resubscribedAfter;
    if (resubscribed) {
      subscriptions.resumed();
    }
    while (!fresh.isEmpty() && fresh.peek().sequence() < before) {
      SubscriptionHandle subscription = fresh.remove();
      if (subscription.sequence() > 0) {
        subscription.sink().inForce();
      }
      completer.complete(subscription);
    }
    if (resubscribed) {
      resubscribedAfter = -1;
      onResubscribed.run();
    }
  }

  /** When the router wants us back that is about to stop; empty if it said nothing. Once. */
  OptionalLong takeRetryNanos() {
    OptionalLong taken = retryNanos;
    retryNanos = OptionalLong.empty();
    return taken;
  }

  private void error(Message.Error error) {
    counters.add(Counter.ERRORS, 1);
    OptionalLong goodbye = Goodbye.retryNanos(error);
    if (goodbye.isPresent()) {
      // No answer: nothing that waits for one has failed.
      retryNanos = goodbye;
      events.report(
          new ClientEvent.ErrorReceived(error.code(), error.message(), error.address(), false));
      return;
    }
    ClaspException why =
        new ClaspException(
            Kind.REJECTED,
            error.address().map(address -> address + ": ").orElse("") + text(error),
            error.code(),
            error.address().orElse(null));
    boolean expected = correlation.error(error, subscriptions, why);
    error
        .address()
        .ifPresent(address ->
            openReads.computeIfPresent(address, (_, read) -> read.isSettled() ? null : read));
    // A miss is an answer, not an error.
    if (error.code() != ErrorCode.NOT_FOUND || !expected) {
      events.report(
          new ClientEvent.ErrorReceived(error.code(), error.message(), error.address(), expected));
    }
  }

  private void announcementRefused(Request.Announcement announcement) {
    announced.remove(announcement);
  }

  static String text(Message.Error error) {
    return (error.message().isEmpty() ? ErrorCode.describe(error.code()) : error.message())
        + " (code "
        + error.code()
        + ")";
  }

  static String because(CloseReason reason) {
    return reason.text().isEmpty()
        ? " (code " + reason.code() + ")"
        : ": " + reason.text() + " (code " + reason.code() + ")";
  }

  // --- the connection ----------------------------------------------------------------------------

  /** A connection is there: subscribes again, then sends what has waited. */
  void opened(FrameLink value, URI uri, String session, long helloMicros, long routerMicros) {
    link = value;
    heardNanos = reactor.nanos();
    where = uri;
    batch.open(value);
    clock.connected(helloMicros, routerMicros);
    for (SubscriptionHandle subscription : subscriptions.all()) {
      subscribe(subscription);
    }
    if (fresh.isEmpty()) {
      subscriptions.resumed();
      onResubscribed.run();
    } else {
      resubscribedAfter = correlation.sequence();
    }
    announced.all().forEach(this::transmit);
    doubts.opened(session, outbox.inDoubt());
    flushOutbox();
  }

  /**
   * The connection is gone. Requests that can be sent on another stay, the others fail.
   *
   * @param keep false: all fail
   * @return the addresses that this session had locked
   */
  List<String> lost(boolean keep, ClaspException why) {
    link = null;
    batch.close();
    needFence = false;
    fenceWaits = false;
    resubscribedAfter = -1;
    fresh.clear();
    subscriptions.lost();
    clock.lost(why);
    doubts.lost();
    List<String> locked = locks.addresses();
    locks.clear();
    List<Request<?>> sent = correlation.lost();
    List<Request<?>> unsent = outbox.takeAll();
    for (Request<?> request : sent) {
      request.sent(0);
      if (request instanceof Request.Write write) {
        write.fallIntoDoubt();
      }
      keepOrFail(
          request,
          keep && (request.isWanted() || request instanceof Request.Write),
          why,
          " before " + request.what() + " was answered; it may have been carried out");
    }
    for (Request<?> request : unsent) {
      keepOrFail(request, keep, why, " before " + request.what() + " was sent");
    }
    if (!keep) {
      openReads.clear();
    }
    return locked;
  }

  private void keepOrFail(Request<?> request, boolean keep, ClaspException why, String what) {
    if (request instanceof Request.Announcement announcement
        && announced.contains(announcement)
        && (keep || announcement.isSettled())) {
      // Announced again by the book.
      return;
    }
    if (keep && request.survivesReconnect()) {
      if (outbox.addAgain(request)) {
        counters.add(Counter.CONFLATED, 1);
      }
    } else {
      ClaspException failure = new ClaspException(Kind.CLOSED, why.getMessage() + what);
      if (request instanceof Request.Announcement announcement) {
        announced.remove(announcement);
      }
      for (Request<?> each : request.together()) {
        completer.fail(each, failure);
      }
    }
  }

  /** The session is to end: gives its locks back, and makes sure that it gets quiet. */
  void giveBack() {
    locks
        .held()
        .forEach((address, value) -> {
          batch.add(Requests.unlocking(address, value));
          correlation.next();
        });
    needFence |= !outbox.isEmpty() || correlation.unanswered() > 0;
  }

  /** Nothing waits to be sent, and everything sent is answered or never will be. */
  boolean isQuiet() {
    return outbox.isEmpty()
        && !needFence
        && (correlation.unanswered() == 0 || correlation.isAllPassed());
  }

  /** Sends what was collected. */
  void endTurn() {
    if (!outbox.isEmpty()) {
      flushOutbox();
    }
    if (needFence && link != null && fenceIsDue()) {
      // When closing, the last one comes behind everything.
      needFence = fenceWaits && refusal != null;
      fenceWaits = false;
      Request.Probe fence = new Request.Probe(true, PING);
      batch.add(PING);
      correlation.sent(fence, reactor.nanos());
      deadlines.add(fence);
    }
    batch.flush();
  }

  private boolean fenceIsDue() {
    if (outbox.isEmpty() || doubts.isOpen() || !hasRoom()) {
      fenceWaits = false;
      return true;
    }
    long now = reactor.nanos();
    if (!fenceWaits) {
      fenceWaits = true;
      fenceWaitsNanos = now;
    }
    return now - fenceWaitsNanos >= FENCE_PATIENCE_NANOS;
  }

  /** The connection takes more again: the other side has taken something. */
  void progressed() {
    heardNanos = reactor.nanos();
  }

  /** The client has ended. */
  void close(ClaspException why, Optional<ClaspException> forSubscribers) {
    refuse(why);
    deadlines.close();
    for (SubscriptionHandle subscription : subscriptions.takeAll()) {
      completer.fail(subscription, why);
      subscription.end(forSubscribers);
    }
  }
}
