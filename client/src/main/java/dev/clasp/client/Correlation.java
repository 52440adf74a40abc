package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.client.Request.Announcement;
import dev.clasp.client.Request.Group;
import dev.clasp.client.Request.Probe;
import dev.clasp.client.Request.Question;
import dev.clasp.client.Request.Read;
import dev.clasp.client.Request.Write;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the request that an answer belongs to, on one connection (clients.md 8.2). Loop.
 *
 * <p>Answers carry no request number, only sometimes an address, but a router answers in order. So
 * everything sent gets a sequence number, and an answer belongs to the oldest unanswered request
 * that it fits.
 *
 * <p>A request whose time is over keeps its place: its answer may still come, and would otherwise
 * be taken for that of the next one. It gives the place up when a fence that was sent after it has
 * come back: then no answer will come any more.
 */
final class Correlation {

  /** Queues of addresses that may stay although nothing waits in them. */
  private static final int IDLE_QUEUES = 1024;

  private final Counters counters;
  private final Completer completer;
  private final LockBook locks;
  private final Consumer<Announcement> onRefusal;

  private final Map<String, ArrayDeque<Write>> writes = new HashMap<>();
  private final Map<String, ArrayDeque<Read>> reads = new HashMap<>();
  private final ArrayDeque<Group> groups = new ArrayDeque<>();
  private final ArrayDeque<Question> questions = new ArrayDeque<>();
  private final ArrayDeque<Announcement> announcements = new ArrayDeque<>();
  private final ArrayDeque<Probe> probes = new ArrayDeque<>();

  /** Requests whose time is over, in the order of their sequence. */
  private final ArrayDeque<Request<?>> overdue = new ArrayDeque<>();

  private long sequence;
  private long passed;
  private int unanswered;

  /**
   * @param onRefusal told of each announcement that the router refuses
   */
  Correlation(
      Counters counters, Completer completer, LockBook locks, Consumer<Announcement> onRefusal) {
    this.onRefusal = onRefusal;
    this.counters = counters;
    this.completer = completer;
    this.locks = locks;
  }

  /** The number of the last thing sent. */
  long sequence() {
    return sequence;
  }

  /** Counts something that was sent and has no answer of its own. */
  long next() {
    return ++sequence;
  }

  /** Requests that may still get an answer, fences not counted. */
  int unanswered() {
    return unanswered;
  }

  /** Nothing was sent since the last fence that has come back. */
  boolean isAllPassed() {
    return passed == sequence;
  }

  // --- sent --------------------------------------------------------------------------------------

  void sent(Write write) {
    if (!write.isPlain()) {
      follows(write.address(), write.value());
    }
    number(write);
    writes.computeIfAbsent(write.address(), _ -> new ArrayDeque<>(4)).add(write);
  }

  void sent(Read read) {
    number(read);
    reads.computeIfAbsent(read.address(), _ -> new ArrayDeque<>(2)).add(read);
  }

  void sent(Group group) {
    group.writes().forEach(this::follows);
    number(group);
    groups.add(group);
  }

  void sent(Question question) {
    number(question);
    questions.add(question);
  }

  void sent(Announcement announcement) {
    number(announcement);
    announcements.add(announcement);
  }

  void sent(Probe probe, long nanos) {
    probe.sent(++sequence);
    probe.sentAt(nanos);
    probes.add(probe);
    if (!probe.isFence()) {
      unanswered++;
    }
  }

  /**
   * A write that will not be answered was sent.
   *
   * @return true if it may have to be sent again, in the place of one that is not answered yet
   */
  boolean fired(Write write) {
    if (!write.isPlain()) {
      follows(write.address(), write.value());
      return false;
    }
    Write before = newestPlain(write.address());
    if (before != null) {
      before.aftermath(Aftermath.of(write));
    }
    return before != null;
  }

  /** A timeline was sent. */
  void played(String address) {
    Write before = newestPlain(address);
    if (before != null) {
      before.aftermath(before.aftermath().andMoving());
    }
  }

  private void follows(String address, Value value) {
    Write before = newestPlain(address);
    if (before != null) {
      before.aftermath(before.aftermath().and(value));
    }
  }

  /**
   * The plain write of the address that was sent last and is not answered; null if there is none.
   */
  private @Nullable Write newestPlain(String address) {
    ArrayDeque<Write> queue = unanswered == 0 ? null : writes.get(address);
    if (queue != null && !queue.isEmpty()) {
      for (var newestFirst = queue.descendingIterator(); newestFirst.hasNext(); ) {
        Write write = newestFirst.next();
        if (write.isPlain()) {
          return write;
        }
      }
    }
    return null;
  }

  private void number(Request<?> request) {
    request.sent(++sequence);
    unanswered++;
    if (request.isSettled()) {
      // It waited for the connection longer than its caller did.
      overdue.add(request);
    }
  }

  /** The time of a request that was sent is over. */
  void expired(Request<?> request) {
    overdue.add(request);
  }

  // --- answers -----------------------------------------------------------------------------------

  void ack(Message.Ack ack) {
    String address = ack.address().orElse("");
    Write write = first(writes.get(address));
    Announcement announcement = announced(address);
    if (write != null && (announcement == null || write.sequence() < announcement.sequence())) {
      take(writes, address);
      confirm(write, ack.revision());
      return;
    }
    if (announcement != null && ack.revision().isEmpty()) {
      announcements.remove(announcement);
      unanswered--;
      completed(completer.complete(announcement, Nothing.NOTHING));
      return;
    }
    if (ack.address().isEmpty()) {
      Group group = groups.poll();
      if (group != null) {
        unanswered--;
        locks.wrote(group);
        completed(completer.complete(group, new Ack(Optional.empty(), ack.revision())));
        return;
      }
    }
    counters.add(Counter.UNMATCHED_ACKS, 1);
  }

  private void confirm(Write write, OptionalLong revision) {
    locks.wrote(write);
    Ack answer = new Ack(Optional.of(write.address()), revision);
    for (Write each : write.together()) {
      completer.complete(each, answer);
    }
    counters.add(Counter.ACKS, 1);
  }

  private void completed(boolean wanted) {
    if (wanted) {
      counters.add(Counter.ACKS, 1);
    }
  }

  private @Nullable Announcement announced(String namespace) {
    for (Announcement announcement : announcements) {
      if (announcement.namespace().equals(namespace)) {
        return announcement;
      }
    }
    return null;
  }

  /** A SNAPSHOT of one entry may be the answer to a read; returns that, or null. */
  @Nullable Read snapshot(Message.Parameter entry) {
    Read read = take(reads, entry.address());
    if (read != null) {
      answer(
          read,
          Optional.of(
              new Parameter(
                  entry.address(),
                  entry.value(),
                  entry.revision(),
                  entry.writer(),
                  entry.timestampMicros())));
    }
    return read;
  }

  private void answer(Read read, Optional<Parameter> parameter) {
    completer.complete(read, parameter);
    for (Read sharer : read.sharers()) {
      completer.complete(sharer, parameter);
    }
  }

  void result(Message.Result result) {
    Question question = questions.peek();
    if (question != null) {
      question.found(result.signals());
    }
  }

  /** The oldest PING has come back. Returns it, or null if nobody asked. */
  @Nullable Probe pong(long nanos) {
    Probe probe = probes.poll();
    if (probe == null) {
      return null;
    }
    if (!probe.isFence()) {
      unanswered--;
    }
    completer.complete(probe, Duration.ofNanos(nanos - probe.sentNanos()));
    passed(probe.sequence());
    return probe;
  }

  /** Whatever was sent before this number is answered, or never will be. */
  void passed(long before) {
    passed = before;
    while (!questions.isEmpty() && questions.peek().sequence() < before) {
      Question question = questions.remove();
      unanswered--;
      if (question.isAnswered()) {
        completed(completer.complete(question, question.found()));
      } else {
        completer.fail(
            question,
            new ClaspException(Kind.REJECTED, "the router did not answer " + question.what()));
      }
    }
    while (!overdue.isEmpty() && overdue.peek().sequence() < before) {
      drop(overdue.remove());
    }
  }

  private void drop(Request<?> request) {
    boolean there =
        switch (request) {
          case Write write -> remove(writes, write.address(), write);
          case Read read -> remove(reads, read.address(), read);
          case Group group -> groups.remove(group);
          case Announcement announcement -> announcements.remove(announcement);
          // Questions end with the fence, pings with their PONG, the others are not kept here.
          case Question _, Probe _, Request.Publication _, Request.ClockCheck _ -> false;
        };
    if (there) {
      unanswered--;
    }
  }

  private static <R> boolean remove(Map<String, ArrayDeque<R>> queues, String address, R request) {
    ArrayDeque<R> queue = queues.get(address);
    return queue != null && queue.remove(request);
  }

  // --- errors ------------------------------------------------------------------------------------

  /**
   * Fails the request that an ERROR belongs to.
   *
   * @return true if a caller hears of it
   */
  boolean error(Message.Error error, Subscriptions subscriptions, ClaspException why) {
    Answerable culprit = culprit(error, subscriptions);
    return switch (culprit) {
      case null -> false;
      case Write write -> {
        take(writes, write.address());
        boolean heard = false;
        for (Write each : write.together()) {
          heard |= completer.fail(each, why);
        }
        yield heard;
      }
      case Read read -> {
        take(reads, read.address());
        if (error.code() == ErrorCode.NOT_FOUND) {
          answer(read, Optional.empty());
          yield true;
        }
        boolean heard = completer.fail(read, why);
        for (Read sharer : read.sharers()) {
          heard |= completer.fail(sharer, why);
        }
        yield heard;
      }
      case Group group -> {
        groups.remove(group);
        yield failOne(group, why);
      }
      case Question question -> {
        questions.remove(question);
        yield failOne(question, why);
      }
      case Announcement announcement -> {
        announcements.remove(announcement);
        onRefusal.accept(announcement);
        yield failOne(announcement, why);
      }
      case SubscriptionHandle subscription -> {
        if (!completer.fail(subscription, why)) {
          // It was in force on an earlier connection, and is tried again on the next.
          subscription.sent(0);
          yield false;
        }
        subscriptions.remove(subscription);
        subscription.end(Optional.of(why));
        yield true;
      }
      case Probe _, Request.Publication _, Request.ClockCheck _ -> false;
    };
  }

  private boolean failOne(Request<?> request, ClaspException why) {
    unanswered--;
    return completer.fail(request, why);
  }

  /** The request or subscription that fits: of several, the one sent first. */
  private @Nullable Answerable culprit(Message.Error error, Subscriptions subscriptions) {
    if (error.address().isEmpty()) {
      return older(groups.peek(), announcements.peek());
    }
    String address = error.address().get();
    SubscriptionHandle subscription = subscriptions.unanswered(address, passed);
    return switch (error.code()) {
      case ErrorCode.NOT_FOUND -> first(reads.get(address));
      case ErrorCode.BAD_PATTERN -> older(subscription, asked(address));
      case ErrorCode.BUNDLE_FORBIDDEN -> {
        Group group = grouped(address);
        yield group != null ? group : groups.peek();
      }
      case ErrorCode.FORBIDDEN, ErrorCode.TOO_MANY -> {
        Answerable older = older(subscription, oldestWrite(address));
        yield older(older(older, asked(address)), first(reads.get(address)));
      }
      // What can be wrong with the state of an address concerns writes; a read only when there are
      // none.
      default -> {
        Answerable write = oldestWrite(address);
        yield write != null ? write : first(reads.get(address));
      }
    };
  }

  private @Nullable Answerable oldestWrite(String address) {
    Announcement announced = null;
    for (Announcement announcement : announcements) {
      if (announcement.namespace().equals(address) || announcement.addresses().contains(address)) {
        announced = announcement;
        break;
      }
    }
    return older(older(first(writes.get(address)), grouped(address)), announced);
  }

  private static @Nullable Answerable older(@Nullable Answerable a, @Nullable Answerable b) {
    return b == null || (a != null && a.sequence() < b.sequence()) ? a : b;
  }

  private @Nullable Group grouped(String address) {
    for (Group group : groups) {
      if (group.addresses().contains(address)) {
        return group;
      }
    }
    return null;
  }

  private @Nullable Question asked(String pattern) {
    for (Question question : questions) {
      if (question.pattern().equals(pattern)) {
        return question;
      }
    }
    return null;
  }

  // --- the end -----------------------------------------------------------------------------------

  /**
   * The connection is lost: gives back everything unanswered, in the order in which it was sent.
   */
  List<Request<?>> lost() {
    List<Request<?>> all = new ArrayList<>();
    writes.values().forEach(all::addAll);
    reads.values().forEach(all::addAll);
    all.addAll(groups);
    all.addAll(questions);
    all.addAll(announcements);
    all.addAll(probes);
    all.sort(Comparator.comparingLong(Request::sequence));
    writes.clear();
    reads.clear();
    groups.clear();
    questions.clear();
    announcements.clear();
    probes.clear();
    overdue.clear();
    sequence = 0;
    passed = 0;
    unanswered = 0;
    return all;
  }

  private static <R> @Nullable R first(@Nullable ArrayDeque<R> queue) {
    return queue == null ? null : queue.peek();
  }

  private <R> @Nullable R take(Map<String, ArrayDeque<R>> queues, String address) {
    ArrayDeque<R> queue = queues.get(address);
    if (queue == null) {
      return null;
    }
    R request = queue.poll();
    if (queue.isEmpty() && queues.size() > IDLE_QUEUES) {
      queues.remove(address);
    }
    if (request != null) {
      unanswered--;
    }
    return request;
  }
}
