package dev.clasp.rdm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the devices of a line (E1.20 section 7): all are un-muted, those known already are muted,
 * and the range of UIDs is halved as long as several answer. Who was found is muted, and the same
 * range is asked again until it is silent.
 *
 * <p>Pure: {@link #next} says what to send; then exactly one of {@link #answered} and {@link
 * #silent} follows, after the answer or its timeout. Not thread-safe.
 */
public final class Discovery {

  /** More devices than a line can carry mean that somebody makes them up. */
  private static final int MAX_DEVICES = 512;

  /** Ranges that are asked; with 48 levels, for 512 devices it is never reached. */
  private static final int MAX_STEPS = 60_000;

  /** How often a device is told to be mute, and a single UID is asked that answers wrongly. */
  private static final int TRIES = 3;

  private record Range(long low, long high) {}

  private final Uid own;
  private final Deque<Uid> known = new ArrayDeque<>();
  private final Deque<Range> ranges = new ArrayDeque<>();
  private final SortedSet<Uid> found = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();
  private final boolean unMute;
  private @Nullable Uid muting;
  private boolean started;
  private boolean mutingKnown;
  private int tries;
  private int rangeTries;
  private int steps;
  private int transaction;
  private @Nullable RdmMessage outstanding;

  private Discovery(Uid own, Collection<Uid> known, boolean unMute) {
    this.own = own;
    this.known.addAll(known);
    this.unMute = unMute;
    ranges.push(new Range(Uid.LOWEST.value(), Uid.HIGHEST.value()));
  }

  /** Everybody. */
  public static Discovery full(Uid own) {
    return new Discovery(own, List.of(), true);
  }

  /** Looks whether these are still there, and who is new. */
  public static Discovery incremental(Uid own, Collection<Uid> known) {
    return new Discovery(own, new TreeSet<>(known), true);
  }

  /**
   * What is to be sent now; the same until it is answered or silent. Empty: finished.
   *
   * <p>DISC_UN_MUTE goes to all and nobody answers; call {@link #silent} at once. The answer to
   * DISC_UNIQUE_BRANCH are raw octets ({@link BranchAnswer}), that to DISC_MUTE is a message.
   */
  public Optional<RdmMessage> next() {
    RdmMessage waiting = outstanding;
    if (waiting != null) {
      return Optional.of(waiting);
    }
    RdmMessage message = compute();
    outstanding = message;
    return Optional.ofNullable(message);
  }

  private @Nullable RdmMessage compute() {
    if (!started && unMute) {
      return message(Uid.BROADCAST, Pid.DISC_UN_MUTE, new byte[0]);
    }
    if (muting == null && !known.isEmpty()) {
      muting = known.poll();
      mutingKnown = true;
      tries = 0;
    }
    Uid target = muting;
    if (target != null) {
      return message(target, Pid.DISC_MUTE, new byte[0]);
    }
    Range range = ranges.peek();
    if (range == null) {
      return null;
    }
    if (steps++ >= MAX_STEPS || found.size() >= MAX_DEVICES) {
      problems.add("the search was given up after " + found.size() + " devices");
      ranges.clear();
      return null;
    }
    byte[] data = new byte[2 * Uid.OCTETS];
    new Uid(range.low).write(data, 0);
    new Uid(range.high).write(data, Uid.OCTETS);
    return message(Uid.BROADCAST, Pid.DISC_UNIQUE_BRANCH, data);
  }

  private RdmMessage message(Uid to, Pid pid, byte[] data) {
    transaction = transaction + 1 & 0xFF;
    return RdmMessage.request(to, own, transaction, 0, CommandClass.DISCOVERY, pid.code(), data);
  }

  /** The answer, with the START Code if it is a message; or what was heard of a collision. */
  public void answered(byte[] octets) {
    RdmMessage request = outstanding;
    if (request == null) {
      return;
    }
    if (request.pid() == Pid.DISC_UNIQUE_BRANCH.code()) {
      outstanding = null;
      BranchAnswer.decode(octets).ifPresentOrElse(this::single, this::collision);
    } else if (request.pid() == Pid.DISC_MUTE.code() && isMuted(octets, request)) {
      outstanding = null;
      found.add(request.destination());
      muting = null;
      tries = 0;
    } else {
      silent();
    }
  }

  private static boolean isMuted(byte[] octets, RdmMessage request) {
    try {
      RdmMessage answer = RdmMessage.decode(octets);
      return answer.answers(request) && answer.pid() == request.pid();
    } catch (RdmException e) {
      return false;
    }
  }

  private void single(Uid uid) {
    Range range = ranges.element();
    if (uid.value() < range.low || uid.value() > range.high || found.contains(uid)) {
      // Noise that looks like a UID, or a device that cannot be mute.
      collision();
      return;
    }
    muting = uid;
    mutingKnown = false;
    tries = 0;
  }

  private void collision() {
    Range range = ranges.element();
    if (range.low == range.high) {
      if (++rangeTries >= TRIES) {
        problems.add(new Uid(range.low) + " answers, but not as it should");
        ranges.pop();
        rangeTries = 0;
      }
      return;
    }
    rangeTries = 0;
    ranges.pop();
    long middle = range.low + (range.high - range.low) / 2;
    ranges.push(new Range(middle + 1, range.high));
    ranges.push(new Range(range.low, middle));
  }

  /** Nobody has answered in time. */
  public void silent() {
    RdmMessage request = outstanding;
    outstanding = null;
    if (request == null) {
      return;
    }
    if (request.pid() == Pid.DISC_UN_MUTE.code()) {
      started = true;
    } else if (request.pid() == Pid.DISC_MUTE.code()) {
      if (++tries >= TRIES) {
        muting = null;
        tries = 0;
        if (!mutingKnown) {
          // Several answers have looked like one: look closer.
          collision();
        }
      }
    } else {
      ranges.pop();
      rangeTries = 0;
    }
  }

  public boolean done() {
    return next().isEmpty();
  }

  /** Those found so far, ascending. */
  public List<Uid> found() {
    return List.copyOf(found);
  }

  /** Sentences about devices that misbehave. */
  public List<String> problems() {
    return List.copyOf(problems);
  }
}
