package dev.clasp.bridgemidi;

import dev.clasp.midi.NetMidi2Command;
import dev.clasp.midi.NetMidi2Packet;
import dev.clasp.midi.NetMidi2Receiver.Hole;
import dev.clasp.midi.Ump;
import dev.clasp.midi.UmpIdentity;
import dev.clasp.protocol.Value;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Network MIDI 2.0 (UDP) without sockets (M2-124-UM 1.0): as a host, who is invited, and as a
 * client, who invites; both at once if wanted. There is one session for each address of the others.
 *
 * <p>Thread-safe: one lock around everything. The listener is called without it, by one thread at a
 * time, in order.
 */
final class NetMidi2Session {

  /** Where datagrams go. Must not block. */
  interface Network {
    void send(InetSocketAddress to, byte[] bytes);
  }

  /** Who hears of it. */
  interface Listener {
    void message(byte[] message);

    void packet(Ump packet);

    void sysEx8(byte[] data);

    /**
     * @param others who is there now; may be none
     */
    void changed(List<String> others);

    void lost(String why);

    void error(String what);
  }

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** Invitations without an answer, after which there is a longer pause. */
  private static final int MAX_TRIES = 6;

  private static final long MAX_PAUSE = 30 * SECOND;
  private static final long REFUSED_PAUSE = 30 * SECOND;
  private static final long ENDED_PAUSE = 5 * SECOND;

  /** Somebody may have to walk to a button (section 6.6). */
  private static final long PENDING = 120 * SECOND;

  /** How long one may take to show who it is. */
  private static final long ASKED = 10 * SECOND;

  private static final int MAX_WRONG = 3;

  /** An invitation that comes again so soon after the first means that our answer was lost. */
  private static final long SAME_INVITATION = 3 * SECOND;

  private static final long PING = 2 * SECOND;

  /** What comes out of order has this long to come by itself; then it is asked for. */
  private static final long ASK = 5 * MILLI;

  private static final long ASK_AGAIN = 20 * MILLI;

  /** Then it is lost. */
  private static final long GIVE_UP = 400 * MILLI;

  /** Commands behind the last one, for a receiver that missed it (section 7.2.1). */
  private static final long FIRST_IDLE = 15 * MILLI;

  private static final int MAX_IDLES = 5;

  /** How fast much leaves: for receivers with small buffers. */
  private static final int BURST = 32;

  private static final int PER_MILLI = 8;
  private static final int MAX_OUTBOX = 8_192;

  /** Datagrams that one request brings, and the time between two. */
  private static final int MAX_AGAIN = 32;

  private static final long AGAIN = 10 * MILLI;

  /** Answers to strangers in a second. */
  private static final int STRANGERS = 20;

  private static final long LONGEST_SLEEP = 100 * MILLI;

  private final NetMidi2Config config;
  private final UmpIdentity identity;
  private final Network network;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Listener listener;
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean telling = new AtomicBoolean();

  /** From here on guarded by this. */
  private final List<NetMidi2Peer> peers = new ArrayList<>();

  private final List<NetMidi2Peer.Target> targets = new ArrayList<>();

  /** Whom we have said goodbye to, and who has not said it back. */
  private final List<InetSocketAddress> leaving = new ArrayList<>();

  private final BitSet otherGroups = new BitSet(16);
  private boolean closed;
  private double strangers = STRANGERS;
  private long strangersAt;
  private long strays;
  private long refused;
  private long datagramsIn;
  private long datagramsOut;
  private long tooMany;
  private long lostBefore;
  private long inOtherGroups;

  /**
   * @param random for nonces: must not be guessed
   */
  NetMidi2Session(
      NetMidi2Config config,
      Network network,
      LongSupplier nanoTime,
      RandomGenerator random,
      Listener listener) {
    this.config = config;
    this.network = network;
    this.nanoTime = nanoTime;
    this.random = random;
    this.listener = listener;
    this.strangersAt = nanoTime.getAsLong();
    this.identity =
        new UmpIdentity(
            config.name(),
            config.product(),
            config.group(),
            1,
            config.protocol() != NetMidi2Config.Protocol.MIDI1);
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
        peers.stream().filter(NetMidi2Peer::up).map(NetMidi2Peer::toString).toList();
    events.add(() -> listener.changed(others));
  }

  private void tellError(String what) {
    events.add(() -> listener.error(what));
  }

  // --- sending -----------------------------------------------------------------------------------

  private void put(InetSocketAddress to, NetMidi2Command command) {
    put(to, List.of(command));
  }

  private void put(InetSocketAddress to, List<? extends NetMidi2Command> commands) {
    datagramsOut++;
    network.send(to, NetMidi2Packet.write(commands));
  }

  /**
   * Sends to all.
   *
   * @param midi1 for whom takes messages of MIDI 1.0
   * @param midi2 the same for whom takes those of MIDI 2.0
   */
  void send(List<Ump> midi1, List<Ump> midi2) {
    synchronized (this) {
      if (closed) {
        return;
      }
      for (NetMidi2Peer peer : peers) {
        if (peer.up()) {
          enqueue(peer, midi2(peer) ? midi2 : midi1);
        }
      }
    }
    // What there is to tell is told by who ticks: who sends may hold locks.
  }

  private boolean midi2(NetMidi2Peer peer) {
    return switch (config.protocol()) {
      case AUTO -> peer.midi2;
      case MIDI1 -> false;
      case MIDI2 -> true;
    };
  }

  /** In pieces that fit into UMP Data. */
  private void enqueue(NetMidi2Peer peer, List<Ump> packets) {
    List<Ump> piece = new ArrayList<>();
    int words = 0;
    for (Ump packet : packets) {
      int length = packet.words().length;
      if (words + length > NetMidi2Command.MOST_WORDS) {
        offer(peer, List.copyOf(piece));
        piece.clear();
        words = 0;
      }
      piece.add(packet);
      words += length;
    }
    if (!piece.isEmpty()) {
      offer(peer, List.copyOf(piece));
    }
    drain(peer, nanoTime.getAsLong());
  }

  private void offer(NetMidi2Peer peer, List<Ump> piece) {
    if (peer.outbox.size() >= MAX_OUTBOX) {
      events.add(() -> listener.lost("too much is to be sent to " + peer));
    } else {
      peer.outbox.add(piece);
    }
  }

  private void drain(NetMidi2Peer peer, long now) {
    while (!peer.outbox.isEmpty() && peer.mayLeave(BURST, PER_MILLI, now)) {
      put(peer.address, peer.sender.next(peer.outbox.remove()));
      peer.idles = 0;
      peer.idleDue = now + FIRST_IDLE;
    }
  }

  /** Whether nothing waits. */
  synchronized boolean drained() {
    return peers.stream().allMatch(peer -> peer.outbox.isEmpty());
  }

  // --- what comes --------------------------------------------------------------------------------

  /** A datagram. */
  void receive(InetSocketAddress from, byte[] bytes, int length) {
    synchronized (this) {
      Optional<List<NetMidi2Command>> commands = NetMidi2Packet.parse(bytes, length);
      if (commands.isEmpty()) {
        strays++;
      } else if (closed) {
        commands.get().stream()
            .filter(each -> each instanceof NetMidi2Command.ByeReply)
            .forEach(_ -> leaving.remove(from));
      } else {
        take(from, commands.get());
      }
    }
    tell();
  }

  private void take(InetSocketAddress from, List<NetMidi2Command> commands) {
    long now = nanoTime.getAsLong();
    NetMidi2Peer peer = peer(from);
    if (!admits(peer, now)) {
      return;
    }
    if (peer != null && peer.up()) {
      peer.heard = now;
    }
    datagramsIn++;
    boolean first = true;
    for (NetMidi2Command command : commands) {
      // Any of them may be the first or the last word of somebody; and of what brings an answer
      // one datagram has room for many.
      NetMidi2Peer speaker = peer(from);
      boolean data = command instanceof NetMidi2Command.UmpData && speaker != null && speaker.up();
      if (!first && !data && !admits(speaker, now)) {
        break;
      }
      first = false;
      take(from, speaker, command, now);
    }
    NetMidi2Peer still = peer(from);
    if (still != null && still.up()) {
      holes(still, now);
    }
  }

  private @Nullable NetMidi2Peer peer(InetSocketAddress from) {
    for (NetMidi2Peer each : peers) {
      if (each.address.equals(from)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Whether somebody may say one more thing that we may answer. Whoever has only asked to come in
   * is a stranger: the address may be that of somebody else.
   */
  private boolean admits(@Nullable NetMidi2Peer peer, long now) {
    if (peer == null || !peer.up() && !peer.initiator) {
      if (admitsStranger(now)) {
        return true;
      }
      strays++;
      return false;
    }
    if (peer.admits(config.packetRate(), now)) {
      return true;
    }
    tooMany++;
    return false;
  }

  /** Whoever sends much from everywhere gets few answers. */
  private boolean admitsStranger(long now) {
    strangers = Math.min(STRANGERS, strangers + (now - strangersAt) * (STRANGERS / 1e9));
    strangersAt = now;
    if (strangers < 1) {
      return false;
    }
    strangers--;
    return true;
  }

  private void take(
      InetSocketAddress from, @Nullable NetMidi2Peer peer, NetMidi2Command command, long now) {
    NetMidi2Peer up = peer != null && peer.up() ? peer : null;
    switch (command) {
      case NetMidi2Command.Invitation invitation -> invited(from, peer, invitation, now);
      case NetMidi2Command.Authentication(String digest) ->
          shown(from, peer, "", digest, 0x02000000, now);
      case NetMidi2Command.UserAuthentication(String digest, String user) ->
          shown(from, peer, user, digest, 0x03000000, now);
      case NetMidi2Command.Accepted(String name, String product) -> {
        if (peer != null && peer.state == NetMidi2Peer.State.INVITED) {
          peer.name = name.isEmpty() ? peer.name : name;
          peer.product = product;
          begins(peer, now);
        }
      }
      case NetMidi2Command.Pending _ -> {
        if (peer != null && peer.state == NetMidi2Peer.State.INVITED && peer.tries > 0) {
          peer.tries = -1;
          peer.due = now + PENDING;
          tellOnce(peer, "asks somebody whether we may");
        }
      }
      case NetMidi2Command.AuthenticationRequired required -> {
        if (peer != null && peer.state == NetMidi2Peer.State.INVITED) {
          show(peer, required, now);
        }
      }
      case NetMidi2Command.Ping(int id) -> {
        if (peer != null || config.accept() && config.allow().allows(from.getAddress())) {
          put(from, new NetMidi2Command.PingReply(id));
        }
      }
      case NetMidi2Command.PingReply(int id) -> {
        if (up != null && up.pinged > 0 && id == up.pingId) {
          up.roundTrip = now - up.pinged;
          up.pinged = 0;
        }
      }
      case NetMidi2Command.RetransmitRequest(int sequence, int count) -> {
        if (up != null) {
          again(up, sequence, count, now);
        } else {
          put(from, new NetMidi2Command.Bye(NetMidi2Command.BYE_NO_SESSION, ""));
        }
      }
      case NetMidi2Command.RetransmitError _ -> {
        if (up != null) {
          skip(up);
        }
      }
      case NetMidi2Command.Reset _ -> {
        if (up != null) {
          up.sender.reset();
          up.receiver.reset();
          up.hole = -1;
          broken(up);
          put(from, new NetMidi2Command.ResetReply());
        } else {
          put(from, new NetMidi2Command.Bye(NetMidi2Command.BYE_NO_SESSION, ""));
        }
      }
      case NetMidi2Command.ResetReply _ -> {
        // We never ask for one.
      }
      case NetMidi2Command.Nak nak -> {
        if (up != null && nak.code() == 0x80) {
          skip(up);
        } else if (up != null
            && nak.code() == 0xFF
            && nak.reason() == NetMidi2Command.NAK_NOT_EXPECTED) {
          leaves(up, "does not know of us any more", 0);
        }
      }
      case NetMidi2Command.Bye bye -> {
        put(from, new NetMidi2Command.ByeReply());
        if (peer != null) {
          bye(peer, bye);
        }
      }
      case NetMidi2Command.ByeReply _ -> {
        if (up != null) {
          leaves(up, "has left", ENDED_PAUSE);
        }
      }
      case NetMidi2Command.UmpData data -> {
        if (up != null) {
          NetMidi2Peer speaker = up;
          int lost = up.receiver.accept(data, packets -> heard(speaker, packets));
          if (lost > 0) {
            lost(up, lost);
          }
        } else if (peer == null) {
          put(from, new NetMidi2Command.Bye(NetMidi2Command.BYE_NO_SESSION, ""));
        }
      }
      case NetMidi2Command.Unknown(int header, boolean damaged) -> {
        // Strangers get no answer to what may be nothing at all.
        if (peer != null) {
          put(
              from,
              new NetMidi2Command.Nak(
                  damaged ? NetMidi2Command.NAK_MALFORMED : NetMidi2Command.NAK_NOT_SUPPORTED,
                  header,
                  ""));
        }
      }
    }
  }

  // --- others invite us --------------------------------------------------------------------------

  private void invited(
      InetSocketAddress from,
      @Nullable NetMidi2Peer peer,
      NetMidi2Command.Invitation asked,
      long now) {
    if (!config.accept() || !config.allow().allows(from.getAddress())) {
      refuse(from, NetMidi2Command.BYE_REFUSED);
      return;
    }
    if (peer != null && !peer.initiator && peer.up() && now - peer.began < SAME_INVITATION) {
      put(from, accepted());
      return;
    }
    if (peer != null && !peer.initiator && peer.state == NetMidi2Peer.State.ASKED) {
      put(from, required(peer, 0));
      return;
    }
    if (peer != null) {
      // It has begun anew, or both of us invite each other: then its invitation goes on.
      remove(peer);
      if (peer.target != null) {
        pause(peer.target, ENDED_PAUSE);
      }
    }
    if (peers.size() >= config.maxPeers()) {
      refuse(from, NetMidi2Command.BYE_TOO_MANY);
      return;
    }
    boolean user = !config.user().isEmpty();
    int can = user ? NetMidi2Command.CAN_AUTHENTICATE_USER : NetMidi2Command.CAN_AUTHENTICATE;
    if (config.secured() && (asked.capabilities() & can) == 0) {
      refuse(from, NetMidi2Command.BYE_NO_MATCHING_METHOD);
      return;
    }
    NetMidi2Peer made = newPeer(false, from, asked.name(), NetMidi2Peer.State.ASKED, null, now);
    made.product = asked.product();
    peers.add(made);
    if (config.secured()) {
      made.due = now + ASKED;
      made.nonce = nonce();
      put(from, required(made, 0));
    } else {
      put(from, accepted());
      begins(made, now);
    }
  }

  private void refuse(InetSocketAddress from, int reason) {
    refused++;
    put(from, new NetMidi2Command.Bye(reason, ""));
  }

  private NetMidi2Command accepted() {
    return new NetMidi2Command.Accepted(config.name(), config.product());
  }

  private NetMidi2Command required(NetMidi2Peer peer, int state) {
    return new NetMidi2Command.AuthenticationRequired(
        !config.user().isEmpty(), state, peer.nonce, config.name(), config.product());
  }

  /** Sixteen characters of ASCII (section 6.7). */
  private String nonce() {
    byte[] bytes = new byte[NetMidi2Command.NONCE_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt('!', '~' + 1);
    }
    return HexFormat.of().formatHex(bytes);
  }

  private void shown(
      InetSocketAddress from,
      @Nullable NetMidi2Peer peer,
      String user,
      String digest,
      int header,
      long now) {
    if (peer != null && !peer.initiator && peer.up() && now - peer.began < SAME_INVITATION) {
      put(from, accepted());
      return;
    }
    if (peer == null || peer.state != NetMidi2Peer.State.ASKED) {
      put(from, new NetMidi2Command.Nak(NetMidi2Command.NAK_NOT_EXPECTED, header, ""));
      return;
    }
    String expected = NetMidi2Packet.digest(peer.nonce, config.user(), config.secret());
    if (user.equals(config.user())
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.US_ASCII),
            digest.getBytes(StandardCharsets.US_ASCII))) {
      put(from, accepted());
      begins(peer, now);
      return;
    }
    refused++;
    if (++peer.wrong == MAX_WRONG) {
      put(from, new NetMidi2Command.Bye(NetMidi2Command.BYE_AUTHENTICATION_FAILED, ""));
      remove(peer);
      return;
    }
    // Another one: a digest that was overheard is of no use. Whether the user is known is not said.
    peer.nonce = nonce();
    put(from, required(peer, 1));
  }

  // --- we invite others --------------------------------------------------------------------------

  /**
   * Somebody is wanted, from now on; or has another address than before.
   *
   * @param label names it
   */
  void invite(String label, InetSocketAddress address) {
    synchronized (this) {
      Optional<NetMidi2Peer.Target> known =
          targets.stream().filter(each -> each.label.equals(label)).findFirst();
      long now = nanoTime.getAsLong();
      if (known.isEmpty()) {
        if (targets.size() < config.maxPeers()) {
          targets.add(new NetMidi2Peer.Target(label, address, now));
        }
      } else if (!known.get().address.equals(address)) {
        known.get().address = address;
        known.get().due = now;
      }
    }
  }

  private NetMidi2Peer newPeer(
      boolean initiator,
      InetSocketAddress address,
      String name,
      NetMidi2Peer.State state,
      NetMidi2Peer.@Nullable Target target,
      long now) {
    return new NetMidi2Peer(
        initiator, address, name, state, target, config.repeats(), hearing(), now);
  }

  private UmpHearing hearing() {
    return new UmpHearing(
        config.group(),
        config.maxSysEx(),
        new UmpHearing.Sink() {
          @Override
          public void message(byte[] message) {
            events.add(() -> listener.message(message));
          }

          @Override
          public void packet(Ump packet) {
            events.add(() -> listener.packet(packet));
          }

          @Override
          public void sysEx8(byte[] data) {
            events.add(() -> listener.sysEx8(data));
          }

          @Override
          public void lost(String why) {
            events.add(() -> listener.lost(why));
          }

          @Override
          public void otherGroup(int group) {
            inOtherGroups++;
            if (!otherGroups.get(group)) {
              otherGroups.set(group);
              tellError(
                  "something is sent in group "
                      + (group + 1)
                      + " and not in group "
                      + (config.group() + 1)
                      + ": the option group says which one is heard");
            }
          }
        });
  }

  private void look(NetMidi2Peer.Target target, long now) {
    if (target.peer != null || now - target.due < 0) {
      return;
    }
    if (peer(target.address) != null || peers.size() >= config.maxPeers()) {
      target.due = now + SECOND;
      return;
    }
    NetMidi2Peer peer =
        newPeer(true, target.address, target.label, NetMidi2Peer.State.INVITED, target, now);
    target.peer = peer;
    peers.add(peer);
    invite(peer, now);
  }

  private void invite(NetMidi2Peer peer, long now) {
    if (peer.tries < 0) {
      put(peer.address, new NetMidi2Command.Bye(NetMidi2Command.BYE_CANCELED, ""));
      fails(peer, "does not say whether we may", 0);
      return;
    }
    if (peer.tries == MAX_TRIES) {
      fails(peer, "does not answer", 0);
      return;
    }
    peer.tries++;
    peer.due = now + Math.min(1L << peer.tries, 8) * SECOND / 2;
    int can =
        !config.secured()
            ? 0
            : config.user().isEmpty()
                ? NetMidi2Command.CAN_AUTHENTICATE
                : NetMidi2Command.CAN_AUTHENTICATE_USER;
    put(peer.address, new NetMidi2Command.Invitation(can, config.name(), config.product()));
  }

  private void show(NetMidi2Peer peer, NetMidi2Command.AuthenticationRequired asked, long now) {
    if (!config.secured() || asked.user() == config.user().isEmpty()) {
      put(peer.address, new NetMidi2Command.Bye(NetMidi2Command.BYE_NO_MATCHING_METHOD, ""));
      fails(
          peer,
          asked.user()
              ? "asks for a user and a secret: give the options user and secret_file"
              : "asks for a secret: give the option secret_file and no user",
          REFUSED_PAUSE);
      return;
    }
    if (asked.state() != 0) {
      put(peer.address, new NetMidi2Command.Bye(NetMidi2Command.BYE_CANCELED, ""));
      fails(peer, "has another secret", REFUSED_PAUSE);
      return;
    }
    String digest = NetMidi2Packet.digest(asked.nonce(), config.user(), config.secret());
    put(
        peer.address,
        asked.user()
            ? new NetMidi2Command.UserAuthentication(digest, config.user())
            : new NetMidi2Command.Authentication(digest));
    peer.due = now + SECOND;
  }

  /**
   * @param pause at least this long before the next try
   */
  private void fails(NetMidi2Peer peer, String why, long pause) {
    remove(peer);
    tellOnce(peer, why);
    if (peer.target != null) {
      pause(peer.target, pause);
    }
  }

  private void tellOnce(NetMidi2Peer peer, String why) {
    NetMidi2Peer.Target target = peer.target;
    if (target != null && !target.told.equals(why)) {
      target.told = why;
      tellError(target.label + " " + why);
    }
  }

  private void pause(NetMidi2Peer.Target target, long least) {
    target.pause = Math.clamp(2 * target.pause, SECOND, MAX_PAUSE);
    // Two that disturb each other get out of step.
    long pause = Math.max(target.pause, least);
    target.due = nanoTime.getAsLong() + pause + random.nextLong(pause / 4);
  }

  // --- coming and going --------------------------------------------------------------------------

  private void begins(NetMidi2Peer peer, long now) {
    peer.state = NetMidi2Peer.State.UP;
    peer.began = now;
    peer.heard = now;
    peer.pingDue = now + PING;
    if (peer.target != null) {
      peer.target.pause = 0;
      peer.target.told = "";
    }
    tellChanged();
    enqueue(peer, List.of(UmpIdentity.discovery()));
  }

  private void bye(NetMidi2Peer peer, NetMidi2Command.Bye bye) {
    String said = bye.text().isEmpty() ? "" : ": " + bye.text();
    if (peer.up()) {
      leaves(peer, reason(bye.reason()) + said, ENDED_PAUSE);
    } else {
      fails(peer, reason(bye.reason()) + said, REFUSED_PAUSE);
    }
  }

  /** What they say when they go (section 6.16). */
  private static String reason(int code) {
    return switch (code) {
      case NetMidi2Command.BYE_POWER_DOWN -> "is switched off";
      case NetMidi2Command.BYE_TOO_MUCH_LOST -> "has left: too much was lost on the way";
      case NetMidi2Command.BYE_TIMEOUT -> "has left: it did not hear of us any more";
      case NetMidi2Command.BYE_NO_SESSION -> "does not know of us any more";
      case NetMidi2Command.BYE_PROTOCOL_ERROR -> "has left: it did not understand us";
      case NetMidi2Command.BYE_TOO_MANY -> "has no room for one more";
      case NetMidi2Command.BYE_NOT_AUTHENTICATED, NetMidi2Command.BYE_AUTHENTICATION_FAILED ->
          "has another secret";
      case NetMidi2Command.BYE_REFUSED -> "refuses the invitation";
      case NetMidi2Command.BYE_NO_SUCH_USER -> "does not know the user";
      case NetMidi2Command.BYE_NO_MATCHING_METHOD ->
          "asks for a secret: give the option secret_file, with user if it has users";
      default -> "has left";
    };
  }

  private void leaves(NetMidi2Peer peer, String why, long pause) {
    remove(peer);
    if (peer.target != null) {
      pause(peer.target, pause);
    }
    tellError(peer + " " + why);
  }

  private void remove(NetMidi2Peer peer) {
    if (!peers.remove(peer)) {
      return;
    }
    if (peer.target != null) {
      peer.target.peer = null;
    }
    if (peer.up()) {
      lostBefore += peer.lost;
      broken(peer);
      tellChanged();
    }
  }

  private static void broken(NetMidi2Peer peer) {
    peer.hearing.broken();
  }

  // --- packets -----------------------------------------------------------------------------------

  private void heard(NetMidi2Peer peer, List<Ump> packets) {
    for (Ump packet : packets) {
      if (packet instanceof Ump.Stream stream) {
        stream(peer, stream);
      } else {
        peer.hearing.packet(packet);
      }
    }
  }

  private void stream(NetMidi2Peer peer, Ump.Stream said) {
    switch (said.status()) {
      case UmpIdentity.ENDPOINT_INFO -> {
        if (config.protocol() == NetMidi2Config.Protocol.AUTO && UmpIdentity.speaksMidi2(said)) {
          enqueue(peer, List.of(UmpIdentity.configure(UmpIdentity.MIDI_2)));
        }
      }
      case UmpIdentity.CONFIGURED -> peer.midi2 = UmpIdentity.protocol(said) == UmpIdentity.MIDI_2;
      default -> {
        List<Ump> answers = identity.answers(said);
        if (said.status() == UmpIdentity.CONFIGURE) {
          peer.midi2 = identity.midi2() && UmpIdentity.protocol(said) == UmpIdentity.MIDI_2;
        }
        if (!answers.isEmpty()) {
          enqueue(peer, answers);
        }
      }
    }
  }

  // --- what is missing ---------------------------------------------------------------------------

  private void holes(NetMidi2Peer peer, long now) {
    Optional<Hole> hole = peer.receiver.hole();
    if (hole.isEmpty()) {
      peer.hole = -1;
    } else if (hole.get().sequence() != peer.hole) {
      peer.hole = hole.get().sequence();
      peer.holeSince = now;
      peer.askDue = now + ASK;
    }
  }

  private void skip(NetMidi2Peer peer) {
    List<List<Ump>> behind = new ArrayList<>();
    int lost = peer.receiver.skip(behind::add);
    if (lost > 0) {
      lost(peer, lost);
    }
    // What may have ended has been ended before what comes behind it begins.
    behind.forEach(packets -> heard(peer, packets));
    peer.hole = -1;
  }

  private void lost(NetMidi2Peer peer, int count) {
    peer.lost += count;
    events.add(() -> listener.lost(count + " commands from " + peer + " are lost on the way"));
    broken(peer);
  }

  private void again(NetMidi2Peer peer, int sequence, int count, long now) {
    if (now - peer.againDue < 0) {
      return;
    }
    peer.againDue = now + AGAIN;
    List<? extends List<? extends NetMidi2Command>> datagrams = peer.sender.again(sequence, count);
    if (datagrams.isEmpty()) {
      put(peer.address, new NetMidi2Command.RetransmitError(1, peer.sender.oldest()));
      return;
    }
    peer.again++;
    datagrams.stream().limit(MAX_AGAIN).forEach(each -> put(peer.address, each));
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
      long now = nanoTime.getAsLong();
      if (!closed) {
        for (NetMidi2Peer.Target target : targets) {
          look(target, now);
        }
        for (NetMidi2Peer peer : List.copyOf(peers)) {
          sleep = Math.min(sleep, peer.up() ? up(peer, now) : coming(peer, now));
        }
      }
    }
    tell();
    return Math.max(0, sleep);
  }

  private long coming(NetMidi2Peer peer, long now) {
    if (now - peer.due >= 0) {
      if (peer.initiator) {
        invite(peer, now);
      } else {
        remove(peer);
      }
    }
    return peer.due - now;
  }

  private long up(NetMidi2Peer peer, long now) {
    if (now - peer.heard > config.timeoutNanos()) {
      put(peer.address, new NetMidi2Command.Bye(NetMidi2Command.BYE_TIMEOUT, ""));
      leaves(peer, "is silent: it is taken for gone", 0);
      return 0;
    }
    if (now - peer.pingDue >= 0) {
      peer.pingDue = now + PING;
      peer.pingId = random.nextInt();
      peer.pinged = now;
      put(peer.address, new NetMidi2Command.Ping(peer.pingId));
    }
    drain(peer, now);
    if (now - peer.idleDue >= 0 && peer.idleDue != Long.MAX_VALUE) {
      peer.idles++;
      peer.idleDue = peer.idles == MAX_IDLES ? Long.MAX_VALUE : now + (FIRST_IDLE << peer.idles);
      put(peer.address, peer.sender.next(List.of()));
    }
    if (peer.hole >= 0) {
      if (now - peer.holeSince >= GIVE_UP) {
        skip(peer);
        holes(peer, now);
      } else if (now - peer.askDue >= 0) {
        peer.askDue = now + ASK_AGAIN;
        peer.asked++;
        peer.receiver
            .hole()
            .ifPresent(hole ->
                put(
                    peer.address,
                    new NetMidi2Command.RetransmitRequest(hole.sequence(), hole.count())));
      }
    }
    long next = Math.min(peer.pingDue - now, left(peer.idleDue, now));
    if (peer.hole >= 0) {
      next = Math.min(next, Math.min(peer.askDue, peer.holeSince + GIVE_UP) - now);
    }
    return peer.outbox.isEmpty() ? next : Math.min(next, MILLI);
  }

  private static long left(long due, long now) {
    return due == Long.MAX_VALUE ? Long.MAX_VALUE : due - now;
  }

  // --- the end -----------------------------------------------------------------------------------

  /** Says goodbye to all, and ends what sounds. Idempotent. */
  void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        targets.clear();
        for (NetMidi2Peer peer : List.copyOf(peers)) {
          if (peer.up()) {
            leaving.add(peer.address);
          } else if (peer.initiator) {
            put(peer.address, new NetMidi2Command.Bye(NetMidi2Command.BYE_CANCELED, ""));
          }
          remove(peer);
        }
        goodbye();
      }
    }
    tell();
  }

  /**
   * Says it again to whom has not answered.
   *
   * @return whether there is anybody
   */
  synchronized boolean goodbye() {
    leaving.forEach(each -> put(each, new NetMidi2Command.Bye(NetMidi2Command.BYE_ENDED, "")));
    return !leaving.isEmpty();
  }

  /** Whether all have heard that we go. */
  synchronized boolean gone() {
    return leaving.isEmpty();
  }

  /** For people who look. */
  synchronized Map<String, Value> details() {
    Map<String, Value> all = new LinkedHashMap<>();
    List<Value> others = new ArrayList<>();
    long lost = lostBefore;
    long asked = 0;
    long again = 0;
    for (NetMidi2Peer peer : peers) {
      if (peer.up()) {
        lost += peer.lost;
        asked += peer.asked;
        again += peer.again;
        Map<String, Value> other = new LinkedHashMap<>();
        other.put("peer", Value.of(peer.toString()));
        other.put("product", Value.of(peer.product));
        other.put("protocol", Value.of(midi2(peer) ? "midi2" : "midi1"));
        if (peer.roundTrip >= 0) {
          other.put("round_trip_ms", Value.of(peer.roundTrip / 1e6));
        }
        other.put("lost", Value.of(peer.lost));
        others.add(Value.of(other));
      }
    }
    all.put("peers", Value.of(others));
    all.put("datagrams_in", Value.of(datagramsIn));
    all.put("datagrams_out", Value.of(datagramsOut));
    all.put("commands_lost", Value.of(lost));
    all.put("asked_again", Value.of(asked));
    all.put("sent_again", Value.of(again));
    all.put("in_other_groups", Value.of(inOtherGroups));
    all.put("datagrams_too_many", Value.of(tooMany));
    all.put("strays", Value.of(strays));
    all.put("refused", Value.of(refused));
    return all;
  }
}
