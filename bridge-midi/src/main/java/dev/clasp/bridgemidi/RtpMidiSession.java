package dev.clasp.bridgemidi;

import dev.clasp.midi.AppleMidiMessage;
import dev.clasp.midi.RtpMidiException;
import dev.clasp.midi.RtpMidiPacket;
import dev.clasp.midi.RtpMidiReceiver;
import dev.clasp.midi.RtpMidiSender;
import dev.clasp.protocol.Value;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A session of RTP-MIDI with others, without sockets: invitations (AppleMIDI), clocks, packets (RFC
 * 6295). Each of the others gets its own stream, with its own journal.
 *
 * <p>Thread-safe: one lock around everything. The listener is called without it, by one thread at a
 * time, in order.
 */
final class RtpMidiSession {

  /** Where datagrams go. Must not block. */
  interface Network {
    void control(InetSocketAddress to, byte[] bytes);

    void data(InetSocketAddress to, byte[] bytes);
  }

  /** Who hears of it. */
  interface Listener {
    /**
     * @param nanos when it was played, in the time of the session
     */
    void message(byte[] message, long nanos);

    /**
     * @param others who is there now; may be none
     */
    void changed(List<String> others);

    void lost(String why);

    void error(String what);
  }

  /** Units of the clocks: 100 µs. */
  private static final long UNIT = 100_000;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** Invitations without an answer, after which there is a longer pause. */
  private static final int MAX_TRIES = 6;

  private static final long MAX_PAUSE = 30 * SECOND;
  private static final long REFUSED_PAUSE = 30 * SECOND;
  private static final long ENDED_PAUSE = 5 * SECOND;

  /** How long one that has half invited us may take for the other half. */
  private static final long HALF = 10 * SECOND;

  /** Clocks are compared this often at first, then less. */
  private static final int FIRST_CLOCKS = 6;

  private static final long FIRST_CLOCK_PAUSE = 1_500 * MILLI;
  private static final long CLOCK_PAUSE = 10 * SECOND;
  private static final long UNANSWERED_PAUSE = 2 * SECOND;
  private static final int MAX_UNANSWERED = 6;

  /** What has come is told this much later, so that one answer does for several packets. */
  private static final long FEEDBACK = 100 * MILLI;

  /** A packet with so much of a journal asks for an answer sooner. */
  private static final int LARGE = 300;

  private static final long SOON = 20 * MILLI;

  /** When a phrase has ended, its last journal is sent again: each pause is twice as long. */
  private static final long FIRST_GUARD = 50 * MILLI;

  private static final int MAX_GUARDS = 7;

  /** A time that is further away than this is not believed. */
  private static final long MAX_SHIFT = 2 * SECOND;

  private static final int MAX_WAITING = 4_096;
  private static final long LONGEST_SLEEP = 100 * MILLI;

  private final RtpMidiConfig config;
  private final Network network;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Listener listener;
  private final long origin;
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean telling = new AtomicBoolean();

  /** From here on guarded by this. */
  private final List<RtpMidiPeer> peers = new ArrayList<>();

  private final List<RtpMidiTarget> targets = new ArrayList<>();
  private int ssrc;
  private boolean closed;
  private long strays;
  private long refused;
  private long packetsIn;
  private long packetsOut;
  private long tooMany;
  private long lostBefore;
  private long lateBefore;
  private long repairedBefore;

  RtpMidiSession(
      RtpMidiConfig config,
      Network network,
      LongSupplier nanoTime,
      RandomGenerator random,
      Listener listener) {
    this.config = config;
    this.network = network;
    this.nanoTime = nanoTime;
    this.random = random;
    this.listener = listener;
    this.origin = nanoTime.getAsLong() - random.nextLong(3_600) * SECOND;
    this.ssrc = random.nextInt();
  }

  // --- time --------------------------------------------------------------------------------------

  /** In units of 100 µs; timestamps are its lower 32 bits. */
  private long units(long nanos) {
    return (nanos - origin) / UNIT;
  }

  // --- telling -----------------------------------------------------------------------------------

  /** Only one thread tells; what others add meanwhile it tells too. */
  private void tell() {
    while (!events.isEmpty() && telling.compareAndSet(false, true)) {
      try {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
          event.run();
        }
      } finally {
        telling.set(false);
      }
    }
  }

  private void tellChanged() {
    List<String> others =
        peers.stream().filter(RtpMidiPeer::up).map(RtpMidiPeer::toString).toList();
    events.add(() -> listener.changed(others));
  }

  private void tellError(String what) {
    events.add(() -> listener.error(what));
  }

  // --- whom we want ------------------------------------------------------------------------------

  /**
   * Somebody is wanted in the session, from now on; or has another address than before.
   *
   * @param label names it
   */
  void invite(String label, InetSocketAddress address) {
    synchronized (this) {
      Optional<RtpMidiTarget> known =
          targets.stream().filter(each -> each.label.equals(label)).findFirst();
      if (known.isEmpty()) {
        if (targets.size() < config.maxPeers()) {
          targets.add(new RtpMidiTarget(label, address, nanoTime.getAsLong()));
        }
      } else if (!known.get().address.equals(address)) {
        known.get().address = address;
        known.get().due = nanoTime.getAsLong();
      }
    }
  }

  // --- sending -----------------------------------------------------------------------------------

  /**
   * Sends a message, or a piece of SysEx, to all.
   *
   * @param nanos when it is played
   */
  void send(byte[] message, long nanos) {
    synchronized (this) {
      if (closed || message.length == 0) {
        return;
      }
      long now = nanoTime.getAsLong();
      int timestamp = (int) units(nanos);
      for (RtpMidiPeer peer : peers) {
        if (peer.up()) {
          for (byte[] packet : peer.sender.packets(message, timestamp)) {
            packetsOut++;
            network.data(peer.data, packet);
          }
          peer.guards = 0;
          peer.guardDue = now + FIRST_GUARD;
        }
      }
    }
  }

  // --- what comes --------------------------------------------------------------------------------

  /** A datagram at the control port. */
  void control(InetSocketAddress from, byte[] bytes, int length) {
    take(from, bytes, length, true);
  }

  /** A datagram at the data port. */
  void data(InetSocketAddress from, byte[] bytes, int length) {
    take(from, bytes, length, false);
  }

  private void take(InetSocketAddress from, byte[] bytes, int length, boolean control) {
    synchronized (this) {
      if (!closed) {
        try {
          if (AppleMidiMessage.begins(bytes, length)) {
            Optional<AppleMidiMessage> message = AppleMidiMessage.parse(bytes, length);
            if (message.isPresent()) {
              session(from, message.get(), control);
            } else {
              strays++;
            }
          } else if (control) {
            strays++;
          } else {
            packet(from, RtpMidiPacket.parse(bytes, length), length);
          }
        } catch (RtpMidiException e) {
          strays++;
          // Only of those who belong to the session: anybody can send rubbish.
          if (peers.stream().anyMatch(each -> each.up() && sameHost(each, from))) {
            events.add(() -> listener.lost("from " + from + ": " + e.getMessage()));
          }
        }
      }
    }
    tell();
  }

  private void session(InetSocketAddress from, AppleMidiMessage message, boolean control) {
    switch (message) {
      case AppleMidiMessage.Invitation invitation -> {
        if (control) {
          invited(from, invitation);
        } else {
          invitedToData(from, invitation);
        }
      }
      case AppleMidiMessage.Accepted accepted -> {
        if (control) {
          accepted(from, accepted);
        } else {
          acceptedData(from, accepted);
        }
      }
      case AppleMidiMessage.Refused(int token, int _, String _) ->
          peer(from, each -> each.initiator && !each.up() && each.token == token)
              .ifPresentOrElse(
                  each -> fails(each, "refuses the invitation", REFUSED_PAUSE), () -> strays++);
      case AppleMidiMessage.End(int _, int from32) ->
          peer(from, each -> each.ssrc == from32 && each.state != RtpMidiPeer.State.INVITED)
              .ifPresentOrElse(
                  each -> {
                    remove(each);
                    if (each.target != null) {
                      pause(each.target, ENDED_PAUSE);
                    }
                    tellError(each + " has left");
                  },
                  () -> strays++);
      case AppleMidiMessage.Clock clock ->
          peer(from, each -> each.ssrc == clock.ssrc() && each.up())
              .ifPresentOrElse(each -> clock(each, clock), () -> strays++);
      case AppleMidiMessage.Feedback(int from32, int sequence) ->
          peer(from, each -> each.ssrc == from32 && each.up())
              .ifPresentOrElse(
                  each -> {
                    each.heard = nanoTime.getAsLong();
                    each.sender.confirmed(sequence);
                    if (!each.sender.unconfirmed()) {
                      each.guardDue = Long.MAX_VALUE;
                    }
                  },
                  () -> strays++);
      case AppleMidiMessage.Limit _ -> {
        // MIDI is slow: no limit that anybody sets is reached.
      }
    }
  }

  private static boolean sameHost(RtpMidiPeer peer, InetSocketAddress from) {
    return peer.control.getAddress().equals(from.getAddress());
  }

  private Optional<RtpMidiPeer> peer(InetSocketAddress from, Predicate<RtpMidiPeer> which) {
    return peers.stream().filter(each -> sameHost(each, from) && which.test(each)).findFirst();
  }

  // --- others invite us --------------------------------------------------------------------------

  private void invited(InetSocketAddress from, AppleMidiMessage.Invitation asked) {
    Optional<RtpMidiPeer> same =
        peer(
            from,
            each -> !each.initiator && each.token == asked.token() && each.ssrc == asked.ssrc());
    if (same.isPresent()) {
      // Our answer was lost.
      network.control(from, accept(asked));
      return;
    }
    Optional<String> why = refusal(from, asked);
    if (why.isPresent()) {
      refused++;
      network.control(
          from, new AppleMidiMessage.Refused(asked.token(), ssrc, config.name()).write());
      return;
    }
    // Both have invited each other at the same moment, and the other's invitation goes on.
    List.copyOf(peers).stream()
        .filter(each -> each.initiator && !each.up() && each.control.equals(from))
        .forEach(each -> {
          remove(each);
          if (each.target != null) {
            pause(each.target, 0);
          }
        });
    // The same program once more: it has forgotten that it was here.
    List<RtpMidiPeer> before =
        peers.stream()
            .filter(each ->
                each.ssrc == asked.ssrc() && each.state != RtpMidiPeer.State.INVITED
                    || each.up() && each.control.equals(from))
            .toList();
    before.forEach(this::remove);
    long now = nanoTime.getAsLong();
    RtpMidiPeer peer =
        newPeer(
            false,
            asked.token(),
            asked.ssrc(),
            asked.name(),
            RtpMidiPeer.State.HALF_ACCEPTED,
            from,
            now);
    peer.due = now + HALF;
    peers.add(peer);
    network.control(from, accept(asked));
  }

  private byte[] accept(AppleMidiMessage.Invitation asked) {
    return new AppleMidiMessage.Accepted(asked.token(), ssrc, config.name()).write();
  }

  private Optional<String> refusal(InetSocketAddress from, AppleMidiMessage.Invitation asked) {
    if (!config.accept()) {
      return Optional.of("nobody may invite us");
    }
    if (!config.allow().allows(from.getAddress()) || !config.mayInvite(asked.name())) {
      return Optional.of("not allowed");
    }
    if (asked.ssrc() == ssrc) {
      return Optional.of("it is ourselves, or has our number");
    }
    for (RtpMidiPeer each : peers) {
      boolean sameNumber = each.ssrc == asked.ssrc() && each.state != RtpMidiPeer.State.INVITED;
      // Two that invite each other have one session and not two.
      if (sameNumber && (!sameHost(each, from) || each.initiator)) {
        return Optional.of("its number is taken");
      }
      boolean crossed = each.initiator && !each.up() && each.control.equals(from);
      if (crossed && Integer.compareUnsigned(ssrc, asked.ssrc()) < 0) {
        return Optional.of("our own invitation is under way");
      }
    }
    return peers.size() >= config.maxPeers() ? Optional.of("too many") : Optional.empty();
  }

  private void invitedToData(InetSocketAddress from, AppleMidiMessage.Invitation asked) {
    Optional<RtpMidiPeer> found =
        peer(
            from,
            each -> !each.initiator && each.token == asked.token() && each.ssrc == asked.ssrc());
    if (found.isEmpty()) {
      strays++;
      return;
    }
    RtpMidiPeer peer = found.get();
    if (!peer.up()) {
      peer.data = from;
      begins(peer);
    } else if (!peer.data.equals(from)) {
      strays++;
      return;
    }
    network.data(from, accept(asked));
  }

  // --- we invite others --------------------------------------------------------------------------

  private RtpMidiPeer newPeer(
      boolean initiator,
      int token,
      int ssrcOfPeer,
      String name,
      RtpMidiPeer.State state,
      InetSocketAddress control,
      long now) {
    return new RtpMidiPeer(
        initiator,
        token,
        ssrcOfPeer,
        name,
        state,
        control,
        new RtpMidiSender(ssrc, random.nextInt(0x10000), config.journal()),
        new RtpMidiReceiver(config.maxSysEx()),
        now);
  }

  private void look(RtpMidiTarget target, long now) {
    if (target.peer != null || now - target.due < 0) {
      return;
    }
    boolean there =
        peers.stream().anyMatch(each -> each.control.equals(target.address) && !each.initiator);
    if (there || peers.size() >= config.maxPeers()) {
      target.due = now + SECOND;
      return;
    }
    RtpMidiPeer peer =
        newPeer(
            true,
            random.nextInt(),
            0,
            target.label,
            RtpMidiPeer.State.INVITED,
            target.address,
            now);
    peer.target = target;
    target.peer = peer;
    peers.add(peer);
    invite(peer, now);
  }

  private void invite(RtpMidiPeer peer, long now) {
    if (peer.tries == MAX_TRIES) {
      fails(peer, "does not answer", 0);
      return;
    }
    peer.tries++;
    peer.due = now + Math.min(1L << peer.tries, 8) * SECOND / 2;
    byte[] invitation = new AppleMidiMessage.Invitation(peer.token, ssrc, config.name()).write();
    if (peer.state == RtpMidiPeer.State.INVITED) {
      network.control(peer.control, invitation);
    } else {
      network.data(peer.data, invitation);
    }
  }

  /**
   * @param pause at least this long before the next try
   */
  private void fails(RtpMidiPeer peer, String why, long pause) {
    remove(peer);
    RtpMidiTarget target = peer.target;
    if (target != null) {
      pause(target, pause);
      if (!target.told.equals(why)) {
        target.told = why;
        tellError(target.label + " " + why);
      }
    }
  }

  private void pause(RtpMidiTarget target, long least) {
    target.pause = Math.clamp(2 * target.pause, SECOND, MAX_PAUSE);
    // Two that disturb each other get out of step.
    long pause = Math.max(target.pause, least);
    target.due = nanoTime.getAsLong() + pause + random.nextLong(pause / 4);
  }

  private void accepted(InetSocketAddress from, AppleMidiMessage.Accepted said) {
    Optional<RtpMidiPeer> found =
        peer(
            from,
            each ->
                each.initiator
                    && each.token == said.token()
                    && each.state == RtpMidiPeer.State.INVITED);
    if (found.isEmpty()) {
      strays++;
      return;
    }
    RtpMidiPeer peer = found.get();
    if (said.ssrc() == ssrc) {
      network.control(peer.control, new AppleMidiMessage.End(peer.token, ssrc).write());
      if (peers.stream().noneMatch(RtpMidiPeer::up)) {
        // One in four thousand million; or it is ourselves, and will be again.
        ssrc = random.nextInt();
      }
      fails(peer, "has our number: is it this session itself?", REFUSED_PAUSE);
      return;
    }
    if (peers.stream().anyMatch(each -> each != peer && each.up() && each.ssrc == said.ssrc())) {
      network.control(peer.control, new AppleMidiMessage.End(peer.token, ssrc).write());
      fails(peer, "is in the session already", REFUSED_PAUSE);
      return;
    }
    peer.ssrc = said.ssrc();
    peer.name = said.name().isEmpty() ? peer.name : said.name();
    peer.state = RtpMidiPeer.State.HALF_INVITED;
    peer.tries = 0;
    invite(peer, nanoTime.getAsLong());
  }

  private void acceptedData(InetSocketAddress from, AppleMidiMessage.Accepted said) {
    peer(
            from,
            each ->
                each.initiator
                    && each.token == said.token()
                    && each.state == RtpMidiPeer.State.HALF_INVITED)
        .ifPresentOrElse(
            peer -> {
              peer.data = from;
              // Some have another number here; packets will have this one.
              peer.ssrc = said.ssrc();
              begins(peer);
            },
            () -> strays++);
  }

  // --- coming and going --------------------------------------------------------------------------

  private void begins(RtpMidiPeer peer) {
    long now = nanoTime.getAsLong();
    peer.state = RtpMidiPeer.State.UP;
    peer.heard = now;
    peer.clockDue = now;
    if (peer.target != null) {
      peer.target.pause = 0;
      peer.target.told = "";
    }
    tellChanged();
  }

  private void remove(RtpMidiPeer peer) {
    if (!peers.remove(peer)) {
      return;
    }
    if (peer.target != null) {
      peer.target.peer = null;
    }
    if (peer.up()) {
      long now = nanoTime.getAsLong();
      for (RtpMidiPeer.Due each : peer.waiting) {
        deliver(each.message(), now);
      }
      peer.receiver.silence().forEach(message -> deliver(message, now));
      lostBefore += peer.receiver.lost();
      lateBefore += peer.receiver.late();
      repairedBefore += peer.receiver.repaired();
      tellChanged();
    }
  }

  // --- clocks ------------------------------------------------------------------------------------

  private void clock(RtpMidiPeer peer, AppleMidiMessage.Clock said) {
    long now = nanoTime.getAsLong();
    long units = units(now);
    peer.heard = now;
    switch (said.count()) {
      case 0 ->
          network.data(
              peer.data, new AppleMidiMessage.Clock(ssrc, 1, said.first(), units, 0).write());
      case 1 -> {
        network.data(
            peer.data,
            new AppleMidiMessage.Clock(ssrc, 2, said.first(), said.second(), units).write());
        peer.unanswered = 0;
        peer.clock.measured(units - said.first(), middle(said.first(), units) - said.second());
      }
      default ->
          peer.clock.measured(
              said.third() - said.first(), said.second() - middle(said.first(), said.third()));
    }
  }

  private static long middle(long from, long to) {
    return from + (to - from) / 2;
  }

  // --- packets -----------------------------------------------------------------------------------

  private void packet(InetSocketAddress from, RtpMidiPacket packet, int length) {
    long now = nanoTime.getAsLong();
    Optional<RtpMidiPeer> found =
        peers.stream()
            .filter(each -> each.up() && each.ssrc == packet.ssrc() && each.data.equals(from))
            .findFirst();
    if (found.isEmpty()) {
      strays++;
      return;
    }
    RtpMidiPeer peer = found.get();
    if (!peer.admits(config.packetRate(), now)) {
      // It is as if it had been lost: the journal of the next one makes it good.
      tooMany++;
      return;
    }
    packetsIn++;
    peer.heard = now;
    long sysExLost = peer.receiver.sysExLost();
    for (RtpMidiReceiver.Heard each : peer.receiver.accept(packet)) {
      arrange(peer, each.message(), packet.timestamp() + each.after(), now);
    }
    if (peer.receiver.sysExLost() > sysExLost) {
      events.add(
          () -> listener.lost("a piece of SysEx from " + peer + " is lost, or it is too long"));
    }
    peer.feedbackDue = Math.min(peer.feedbackDue, now + (length > LARGE ? SOON : FEEDBACK));
  }

  private void arrange(RtpMidiPeer peer, byte[] message, int timestamp, long now) {
    long played = now;
    if (peer.clock.known()) {
      long nanos = origin + peer.clock.ours(timestamp, units(now)) * UNIT;
      if (Math.abs(nanos - now) <= MAX_SHIFT) {
        played = nanos;
      }
    }
    if (config.jitterNanos() == 0) {
      deliver(message, Math.min(played, now));
      return;
    }
    long due = Math.max(Math.max(played + config.jitterNanos(), now), peer.lastDue);
    peer.lastDue = due;
    peer.waiting.add(new RtpMidiPeer.Due(message, due));
    if (peer.waiting.size() > MAX_WAITING) {
      deliver(peer.waiting.remove().message(), now);
    }
  }

  private void deliver(byte[] message, long nanos) {
    events.add(() -> listener.message(message, nanos));
  }

  // --- what is due -------------------------------------------------------------------------------

  /**
   * Does what is due.
   *
   * @return nanoseconds until something is due again, at most a tenth of a second
   */
  long tick() {
    long sleep = LONGEST_SLEEP;
    synchronized (this) {
      if (!closed) {
        long now = nanoTime.getAsLong();
        for (RtpMidiTarget target : targets) {
          look(target, now);
        }
        for (RtpMidiPeer peer : List.copyOf(peers)) {
          sleep = Math.min(sleep, peer.up() ? up(peer, now) : coming(peer, now));
        }
      }
    }
    tell();
    return Math.max(0, sleep);
  }

  private long coming(RtpMidiPeer peer, long now) {
    if (now - peer.due >= 0) {
      if (peer.initiator) {
        invite(peer, now);
      } else {
        remove(peer);
      }
    }
    return peer.due - now;
  }

  private long up(RtpMidiPeer peer, long now) {
    if (now - peer.heard > config.timeoutNanos() || peer.unanswered > MAX_UNANSWERED) {
      network.control(peer.control, new AppleMidiMessage.End(peer.token, ssrc).write());
      remove(peer);
      if (peer.target != null) {
        pause(peer.target, 0);
      }
      tellError(peer + " is silent: it is taken for gone");
      return 0;
    }
    if (peer.initiator && now - peer.clockDue >= 0) {
      peer.clocks++;
      peer.unanswered++;
      peer.clockDue =
          now
              + (peer.clocks < FIRST_CLOCKS
                  ? FIRST_CLOCK_PAUSE
                  : peer.unanswered > 1 ? UNANSWERED_PAUSE : CLOCK_PAUSE);
      network.data(peer.data, new AppleMidiMessage.Clock(ssrc, 0, units(now), 0, 0).write());
    }
    if (peer.feedbackDue != Long.MAX_VALUE && now - peer.feedbackDue >= 0) {
      peer.feedbackDue = Long.MAX_VALUE;
      network.control(
          peer.control, new AppleMidiMessage.Feedback(ssrc, peer.receiver.newest()).write());
    }
    if (peer.guardDue != Long.MAX_VALUE && now - peer.guardDue >= 0) {
      guard(peer, now);
    }
    while (!peer.waiting.isEmpty() && now - peer.waiting.peek().nanos() >= 0) {
      RtpMidiPeer.Due due = peer.waiting.remove();
      deliver(due.message(), due.nanos());
    }
    long next = Math.min(left(peer.feedbackDue, now), left(peer.guardDue, now));
    return peer.waiting.isEmpty() ? next : Math.min(next, peer.waiting.peek().nanos() - now);
  }

  private static long left(long due, long now) {
    return due == Long.MAX_VALUE ? Long.MAX_VALUE : due - now;
  }

  private void guard(RtpMidiPeer peer, long now) {
    if (!peer.sender.unconfirmed() || peer.guards == MAX_GUARDS) {
      peer.guardDue = Long.MAX_VALUE;
      return;
    }
    peer.guards++;
    peer.guardDue = now + (FIRST_GUARD << peer.guards);
    packetsOut++;
    network.data(peer.data, peer.sender.guard((int) units(now)));
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Says goodbye to all, and ends what sounds. Idempotent. */
  void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        targets.clear();
        for (RtpMidiPeer peer : List.copyOf(peers)) {
          network.control(peer.control, new AppleMidiMessage.End(peer.token, ssrc).write());
          remove(peer);
        }
      }
    }
    tell();
  }

  /** For people who look. */
  synchronized Map<String, Value> details() {
    Map<String, Value> all = new LinkedHashMap<>();
    List<Value> others = new ArrayList<>();
    long lost = lostBefore;
    long late = lateBefore;
    long repaired = repairedBefore;
    for (RtpMidiPeer peer : peers) {
      if (peer.up()) {
        lost += peer.receiver.lost();
        late += peer.receiver.late();
        repaired += peer.receiver.repaired();
        Map<String, Value> other = new LinkedHashMap<>();
        other.put("peer", Value.of(peer.toString()));
        if (peer.clock.known()) {
          other.put("round_trip_ms", Value.of(peer.clock.way() / 10.0));
        }
        other.put("lost", Value.of(peer.receiver.lost()));
        other.put("repaired", Value.of(peer.receiver.repaired()));
        others.add(Value.of(other));
      }
    }
    all.put("peers", Value.of(others));
    all.put("packets_in", Value.of(packetsIn));
    all.put("packets_out", Value.of(packetsOut));
    all.put("packets_lost", Value.of(lost));
    all.put("packets_late", Value.of(late));
    all.put("messages_repaired", Value.of(repaired));
    all.put("packets_too_many", Value.of(tooMany));
    all.put("strays", Value.of(strays));
    all.put("refused", Value.of(refused));
    return all;
  }

  /** How many are in the session. */
  synchronized int up() {
    return (int) peers.stream().filter(RtpMidiPeer::up).count();
  }
}
