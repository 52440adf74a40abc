package dev.clasp.client;

import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a caller wants from the router: the frame to send and the future that waits.
 *
 * <p>Made on the caller's thread; after it was submitted, all state but the future is the loop's.
 *
 * @param <T> what the caller gets
 */
abstract sealed class Request<T> implements Submission, Answerable {

  private static final byte[] NOTHING = {};

  private final CompletableFuture<T> future = new CompletableFuture<>();
  private byte[] frame;
  private boolean direct;
  private boolean settled;
  private long sequence;
  private long deadline;

  private Request(byte[] frame) {
    this.frame = frame;
  }

  CompletableFuture<T> future() {
    return future;
  }

  /**
   * Before submitting: nothing will be chained to the future, only a thread waits for it, so the
   * loop may complete it itself.
   */
  void waitedForDirectly() {
    direct = true;
  }

  boolean isDirect() {
    return direct;
  }

  byte[] frame() {
    return frame;
  }

  /** Lets go of the frame when it will not be sent again. */
  void forgetFrame() {
    frame = NOTHING;
  }

  @Override
  public int size() {
    return frame.length;
  }

  /** True the first time: the caller's future has its outcome. */
  boolean settle() {
    boolean first = !settled;
    settled = true;
    return first;
  }

  boolean isSettled() {
    return settled;
  }

  @Override
  public long sequence() {
    return sequence;
  }

  void sent(long value) {
    sequence = value;
  }

  /** Reactor time at which waiting ends. */
  long deadline() {
    return deadline;
  }

  void deadline(long nanos) {
    deadline = nanos;
  }

  /** Can be sent on a later connection without harm. */
  boolean survivesReconnect() {
    return false;
  }

  /** Does a caller still wait for it? */
  boolean isWanted() {
    return together().stream().anyMatch(request -> !request.isSettled());
  }

  /** This, and what shares its outcome. */
  List<? extends Request<?>> together() {
    return List.of(this);
  }

  /** What it is, for messages: "the write to /a". */
  abstract String what();

  /** SET. */
  static final class Write extends Request<Ack> {

    /** Merged writes that are kept before looking which still wait. */
    private static final int FIRST_SWEEP = 64;

    private final String address;
    private final boolean plain;
    private final boolean lock;
    private final boolean unlock;
    private final boolean confirm;
    private boolean frameConfirms;
    private Value value;
    private @Nullable List<Write> merged;
    private int sweepAt = FIRST_SWEEP;
    private boolean inDoubt;
    private boolean carriedOut;
    private long valueDeadline;
    private Aftermath aftermath = Aftermath.NONE;

    Write(String address, Value value, SetOptions options, byte[] frame) {
      super(frame);
      this.address = address;
      this.value = value;
      this.plain = options.isPlain();
      this.lock = options.lock();
      this.unlock = options.unlock();
      this.confirm = options.qos() != Qos.FIRE;
      this.frameConfirms = confirm;
    }

    String address() {
      return address;
    }

    Value value() {
      return value;
    }

    /** Without condition and lock: a later one of the same address makes it superfluous. */
    boolean isPlain() {
      return plain;
    }

    boolean locks() {
      return lock;
    }

    boolean unlocks() {
      return unlock;
    }

    /** The caller waits for the router. */
    boolean confirms() {
      return confirm;
    }

    /** The router will answer. */
    boolean isAnswered() {
      return frameConfirms;
    }

    /** Takes over what a newer write wants to write; both share the outcome. */
    void become(Write newer) {
      Request<Ack> self = this;
      byte[] older = self.frame;
      self.frame = newer.frame();
      int qos = Math.max(older[1] & 0xC0, self.frame[1] & 0xC0);
      self.frame[1] = (byte) ((self.frame[1] & 0x3F) | qos);
      value = newer.value;
      inDoubt = newer.inDoubt;
      carriedOut = false;
      valueDeadline = newer.valueDeadline();
      aftermath = newer.aftermath;
      frameConfirms |= newer.frameConfirms;
      if (merged == null) {
        merged = new ArrayList<>();
      }
      merged.add(newer);
      if (newer.merged != null) {
        merged.addAll(newer.merged);
        newer.merged = null;
      }
      // Its frame is here now. Who has stopped waiting is forgotten: an offline fader moves for
      // hours.
      newer.forgetFrame();
      if (merged.size() >= sweepAt) {
        merged.removeIf(Request::isSettled);
        sweepAt = Math.max(FIRST_SWEEP, 2 * merged.size());
      }
    }

    /** Writes that were merged into this one, and that it remembers. */
    int mergedCount() {
      return merged == null ? 0 : merged.size();
    }

    /** What else of ours was sent to the address behind it. */
    Aftermath aftermath() {
      return aftermath;
    }

    void aftermath(Aftermath value) {
      aftermath = value;
    }

    /** It was sent, and the connection broke before it was answered. */
    boolean isInDoubt() {
      return inDoubt;
    }

    void inDoubt(boolean value) {
      inDoubt = value;
    }

    /** The connection has broken: what counts is the newest that was sent. */
    void fallIntoDoubt() {
      Aftermath after = aftermath;
      after.newer().ifPresent(this::become);
      aftermath = new Aftermath(Optional.empty(), after.values(), after.moving());
      inDoubt = true;
    }

    /** It has turned out that it needs not be sent again. */
    boolean isCarriedOut() {
      return carriedOut;
    }

    void carriedOut() {
      carriedOut = true;
    }

    /** Reactor time at which waiting for the present value ends. */
    long valueDeadline() {
      return valueDeadline != 0 ? valueDeadline : deadline();
    }

    @Override
    List<Write> together() {
      if (merged == null) {
        return List.of(this);
      }
      List<Write> all = new ArrayList<>();
      all.add(this);
      all.addAll(merged);
      return all;
    }

    @Override
    boolean survivesReconnect() {
      return plain;
    }

    @Override
    String what() {
      return "the write to " + address;
    }
  }

  /** GET. */
  static final class Read extends Request<Optional<Parameter>> {
    private final String address;
    private final List<Read> sharers = new ArrayList<>(0);

    Read(String address, byte[] frame) {
      super(frame);
      this.address = address;
    }

    String address() {
      return address;
    }

    /** Reads of the same address that wait for the same answer. */
    List<Read> sharers() {
      return sharers;
    }

    @Override
    List<Read> together() {
      if (sharers.isEmpty()) {
        return List.of(this);
      }
      List<Read> together = new ArrayList<>(sharers);
      together.addFirst(this);
      return together;
    }

    @Override
    boolean survivesReconnect() {
      return true;
    }

    @Override
    String what() {
      return "the read of " + address;
    }
  }

  /** PUBLISH. The router never answers. */
  static final class Publication extends Request<Void> {
    private final String address;
    private final boolean droppable;
    private final String name;

    /**
     * @param droppable a newer one makes it superfluous: a sample, or a move of a gesture
     */
    Publication(String address, String name, boolean droppable, byte[] frame) {
      super(frame);
      this.address = address;
      this.name = name;
      this.droppable = droppable;
    }

    String address() {
      return address;
    }

    boolean isDroppable() {
      return droppable;
    }

    /** The router may write values for it later. */
    boolean isTimeline() {
      return name.equals(SignalType.TIMELINE.wireName());
    }

    @Override
    String what() {
      return "the " + name + " at " + address;
    }
  }

  /** BUNDLE. */
  static final class Group extends Request<Ack> {
    private final Set<String> addresses;
    private final Map<String, Value> writes;
    private final int count;

    /**
     * @param addresses of all members
     * @param writes the last value for each parameter
     */
    Group(Set<String> addresses, Map<String, Value> writes, int count, byte[] frame) {
      super(frame);
      this.addresses = addresses;
      this.writes = writes;
      this.count = count;
    }

    Set<String> addresses() {
      return addresses;
    }

    Map<String, Value> writes() {
      return writes;
    }

    @Override
    String what() {
      return "the bundle of " + count;
    }
  }

  /** QUERY. */
  static final class Question extends Request<List<SignalDefinition>> {
    private final String pattern;
    private final List<SignalDefinition> found = new ArrayList<>();
    private boolean answered;

    Question(String pattern, byte[] frame) {
      super(frame);
      this.pattern = pattern;
    }

    String pattern() {
      return pattern;
    }

    void found(List<SignalDefinition> part) {
      answered = true;
      found.addAll(part);
    }

    List<SignalDefinition> found() {
      return List.copyOf(found);
    }

    /** At least one RESULT came. */
    boolean isAnswered() {
      return answered;
    }

    void startOver() {
      answered = false;
      found.clear();
    }

    @Override
    boolean survivesReconnect() {
      return true;
    }

    @Override
    String what() {
      return "the query for " + pattern;
    }
  }

  /** ANNOUNCE. */
  static final class Announcement extends Request<Void> {
    private final String namespace;
    private final Set<String> addresses;

    Announcement(String namespace, Set<String> addresses, byte[] frame) {
      super(frame);
      this.namespace = namespace;
      this.addresses = addresses;
    }

    String namespace() {
      return namespace;
    }

    Set<String> addresses() {
      return addresses;
    }

    @Override
    boolean survivesReconnect() {
      return true;
    }

    @Override
    String what() {
      return "the announcement of " + (namespace.isEmpty() ? "signals" : namespace);
    }
  }

  /**
   * PING. Since a router answers in order, the PONG also says that whatever was sent before has
   * been answered, or never will be: then it is called a fence.
   */
  static final class Probe extends Request<Duration> {
    private final boolean fence;
    private long sentNanos;

    Probe(boolean fence, byte[] frame) {
      super(frame);
      this.fence = fence;
    }

    /** The client's own; nobody waits for the future. */
    boolean isFence() {
      return fence;
    }

    long sentNanos() {
      return sentNanos;
    }

    void sentAt(long nanos) {
      sentNanos = nanos;
    }

    @Override
    String what() {
      return "the ping";
    }
  }

  /** Exchanges of SYNC; sent by {@link ClockExchanges}. */
  static final class ClockCheck extends Request<ClockReading> {
    ClockCheck() {
      super(NOTHING);
    }

    @Override
    String what() {
      return "the clock measurement";
    }
  }
}
