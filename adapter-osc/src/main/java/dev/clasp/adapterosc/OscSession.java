package dev.clasp.adapterosc;

import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscEncoder;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscPattern;
import dev.clasp.osc.OscStyle;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.security.Action;
import dev.clasp.server.VirtualClient;
import dev.clasp.server.VirtualPeer;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One program: what it says becomes messages of a client of the router, and what the router has for
 * that client becomes packets.
 *
 * <p>If the router ends the session of a program that goes on, the next packet begins a new one
 * with the same token and the same subscriptions: nobody goes deaf without knowing (bridges.md
 * 13.2). Not after a refusal: then the program has to come again.
 *
 * <p>On the thread of its loop.
 */
final class OscSession implements VirtualPeer {

  private static final Set<Feature> FEATURES = Set.of(Feature.PARAM, Feature.EVENT, Feature.STREAM);

  private static final CloseReason FAREWELL = new CloseReason(CloseReason.NORMAL, "");

  /** Patterns of one session that are looked up in a second; a list is as much work as four. */
  private static final int LOOK_UPS = 20;

  private static final int LIST_COST = 4;

  /** Addresses that a pattern stands for, or that a list has. */
  static final int MOST = 1000;

  private static final int LIST_BYTES = 128 << 10;

  /** Bundles that we make fit into one Ethernet frame. */
  static final int BUNDLE_BYTES = 1400;

  private static final int BUNDLE_HEAD = 16;

  /** Errors told in a second. */
  private static final int ERRORS = 10;

  private static final int PINGS = 100;

  private static final long SECOND = 1_000_000_000L;

  /** A session that the router ended begins again so much later, and at most so much. */
  private static final long FIRST_PAUSE = SECOND / 2;

  private static final long LONGEST_PAUSE = 30 * SECOND;

  /** So that a host in debt gets more than one packet at a time. */
  private static final long SHORTEST_WAIT = SECOND / 50;

  private final Surroundings around;
  private final OscAdapterConfig config;
  private final Outlet outlet;
  private final InetSocketAddress source;
  private final Hosts.Host host;
  private final Function<VirtualPeer, VirtualClient> router;
  private final Ending ending;
  private final Optional<Object> circle;
  private final OscStyle style;
  private final OscEncoder encoder;
  private final Map<String, Subscribed> subscriptions = new LinkedHashMap<>();

  /** Addresses whose values were asked for, until the answer. */
  private final Set<String> asked = new HashSet<>(0);

  /** Arguments of pings, until they are answered. */
  private final ArrayDeque<List<OscArgument>> pings = new ArrayDeque<>(0);

  private final Budget lookUps;
  private final Budget errors;

  private @Nullable VirtualClient client;
  private Optional<String> token;
  private int lastId;
  private boolean proven;
  private boolean established;
  private boolean over;

  /** Somebody will look again whether more may be sent. */
  private boolean waking;

  private long heardNanos;
  private long pause = FIRST_PAUSE;
  private long againNanos;

  /** What becomes of the place of a session. */
  interface Ending {
    /** It was let in. */
    void established();

    /** It is over. */
    void ended(OscSession session);
  }

  /**
   * @param source where it sends from
   * @param proven nobody can have forged its address
   * @param wide as numbers go out
   * @param router opens a client on this loop
   */
  OscSession(
      Surroundings around,
      Outlet outlet,
      InetSocketAddress source,
      Hosts.Host host,
      Optional<String> token,
      boolean proven,
      boolean wide,
      Function<VirtualPeer, VirtualClient> router,
      Ending ending) {
    this.around = around;
    this.config = around.config();
    this.outlet = outlet;
    this.source = source;
    this.host = host;
    this.token = token;
    this.proven = proven;
    this.router = router;
    this.ending = ending;
    this.circle = config.echo().circle(new Object(), source.getAddress());
    this.style = new OscStyle(wide, false);
    this.encoder = new OscEncoder(config.maxPacket());
    long now = around.now();
    this.lookUps = new Budget(LOOK_UPS, LOOK_UPS, now);
    this.errors = new Budget(ERRORS, ERRORS, now);
    this.heardNanos = now;
  }

  /**
   * Begins.
   *
   * @param everything it gets all values without asking
   */
  void open(boolean everything) {
    around.counts().add(OscCounter.SESSIONS_OPENED);
    connect();
    if (everything) {
      subscribe("/**", OptionalInt.empty());
    }
  }

  private void connect() {
    VirtualClient made = router.apply(this);
    client = made;
    made.hello("osc:" + peer(), FEATURES, token);
  }

  Outlet outlet() {
    return outlet;
  }

  Hosts.Host host() {
    return host;
  }

  Optional<String> token() {
    return token;
  }

  boolean over() {
    return over;
  }

  /** Nanoseconds since something came. */
  long silentNanos(long now) {
    return now - heardNanos;
  }

  // --- what the program says ---------------------------------------------------------------------

  /** A packet has come. */
  void packet(OscPacket packet) {
    heardNanos = around.now();
    if (!revive()) {
      around.counts().add(OscCounter.DROPPED);
      return;
    }
    switch (packet) {
      case OscMessage message -> message(message);
      case OscBundle bundle -> bundle(bundle, OscTimeTag.IMMEDIATELY);
    }
  }

  /** What came was no OSC. */
  void undecodable(String why) {
    refuse(ErrorCode.BAD_REQUEST, why, "");
    outlet.flush();
  }

  /** Too much came. */
  void tooFast() {
    refuse(
        ErrorCode.TOO_MANY,
        "more than " + config.maxMessagesPerSecond() + " messages a second are not executed",
        "");
    outlet.flush();
  }

  /** The packets that came together have been handed over. */
  void readComplete() {
    VirtualClient c = client;
    if (c != null) {
      c.readComplete();
    }
    outlet.flush();
  }

  private void message(OscMessage message) {
    if (Reserved.is(message.address())) {
      reserved(message);
      return;
    }
    List<Message> writes = new ArrayList<>(1);
    write(message, writes);
    for (Message write : writes) {
      send(write);
    }
  }

  /**
   * All values and events of a bundle happen together, those of bundles in it at their own time.
   */
  private void bundle(OscBundle bundle, OscTimeTag before) {
    OscTimeTag time = bundle.time().immediately() ? before : bundle.time();
    List<Message> members = new ArrayList<>(bundle.elements().size());
    gather(bundle, time, members);
    if (members.isEmpty()) {
      return;
    }
    boolean now = time.immediately() || !config.timeTags();
    if (now && members.size() == 1) {
      send(members.getFirst());
    } else {
      send(
          new Message.Bundle(
              members, now ? OptionalLong.empty() : OptionalLong.of(time.unixMicros())));
    }
  }

  private void gather(OscBundle bundle, OscTimeTag time, List<Message> members) {
    for (OscPacket element : bundle.elements()) {
      switch (element) {
        case OscMessage message -> {
          if (Reserved.is(message.address())) {
            reserved(message);
          } else {
            write(message, members);
          }
        }
        case OscBundle inner -> {
          if (inner.time().immediately() || inner.time().equals(time)) {
            gather(inner, time, members);
          } else {
            bundle(inner, time);
          }
        }
      }
    }
  }

  /** What a message writes: at one address, or at all that its pattern matches. */
  private void write(OscMessage message, List<Message> out) {
    String address = message.address();
    if (!OscPattern.isPattern(address)) {
      out.add(write(around.namespace().clasp(address), message.arguments()));
      return;
    }
    List<String> matching = lookUp(address);
    if (matching.isEmpty() && config.literalPatterns()) {
      out.add(
          write(around.namespace().text() + OscAddresses.literal(address), message.arguments()));
    }
    for (String each : matching) {
      out.add(write(each, message.arguments()));
    }
  }

  private Message write(String address, List<OscArgument> arguments) {
    SignalType type = config.profile().type(arguments);
    if (type == SignalType.PARAM) {
      return new Message.SetValue(
          address,
          OscValues.value(arguments),
          OptionalLong.empty(),
          false,
          false,
          Optional.empty());
    }
    return new Message.Publish(
        address,
        type,
        GesturePhase.START,
        Message.Content.NONE,
        OptionalLong.empty(),
        OptionalInt.empty(),
        OptionalInt.empty());
  }

  /** Addresses of values that a pattern of OSC matches and that may be written. */
  private List<String> lookUp(String pattern) {
    around.counts().add(OscCounter.PATTERNS);
    VirtualClient c = client;
    if (c == null) {
      return List.of();
    }
    if (!lookUps.take(1, heardNanos)) {
      refuse(ErrorCode.TOO_MANY, "more than " + LOOK_UPS + " patterns a second", pattern);
      return List.of();
    }
    try {
      OscNamespace.Wanted wanted = around.namespace().wanted(pattern);
      return c.addresses(AddressPattern.parse(wanted.pattern()), Action.WRITE, MOST).stream()
          .filter(address -> around.namespace().osc(address).filter(wanted::matches).isPresent())
          .toList();
    } catch (OscException | PatternException e) {
      refuse(ErrorCode.BAD_PATTERN, String.valueOf(e.getMessage()), pattern);
      return List.of();
    }
  }

  private void send(Message message) {
    VirtualClient c = client;
    if (c == null) {
      return;
    }
    try {
      if (!c.send(message, Qos.FIRE)) {
        around.counts().add(OscCounter.DROPPED);
        refuse(ErrorCode.OVERFLOW, "the router cannot take more at the moment", "");
      }
    } catch (EncodeException e) {
      around.counts().add(OscCounter.REFUSED);
      refuse(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), "");
    }
  }

  // --- what it asks of the adapter ---------------------------------------------------------------

  private void reserved(OscMessage message) {
    List<OscArgument> arguments = message.arguments();
    switch (message.address()) {
      case Reserved.SUBSCRIBE ->
          Reserved.text(arguments, 0)
              .ifPresentOrElse(
                  pattern -> subscribe(pattern, Reserved.number(arguments, 1)),
                  () -> wrong(message, ",s PATTERN or ,si PATTERN RATE"));
      case Reserved.UNSUBSCRIBE ->
          Reserved.text(arguments, 0).ifPresentOrElse(this::unsubscribe, this::unsubscribeAll);
      case Reserved.GET ->
          Reserved.text(arguments, 0)
              .ifPresentOrElse(this::get, () -> wrong(message, ",s ADDRESS"));
      case Reserved.LIST -> list(Reserved.text(arguments, 0).orElse("/**"));
      case Reserved.PING -> ping(arguments);
      case Reserved.AUTH ->
          Reserved.text(arguments, 0)
              .ifPresentOrElse(this::authenticate, () -> wrong(message, ",s TOKEN"));
      case Reserved.REPLY_PORT ->
          Reserved.number(arguments, 0)
              .ifPresentOrElse(port -> replyTo(message, port), () -> wrong(message, ",i PORT"));
      case Reserved.BYE -> close(FAREWELL);
      // Answers that come back, from a program that echoes: never answered.
      case Reserved.PONG, Reserved.ERROR, Reserved.ADDRESS, Reserved.LISTED -> {}
      default ->
          refuse(
              ErrorCode.NOT_FOUND,
              "there is no such message; addresses below /clasp are for the router itself",
              message.address());
    }
  }

  private void wrong(OscMessage message, String expected) {
    refuse(ErrorCode.BAD_REQUEST, message.address() + " takes " + expected, message.address());
  }

  /** Through the router: what was asked before has been answered when the answer comes. */
  private void ping(List<OscArgument> arguments) {
    if (pings.size() >= PINGS) {
      refuse(ErrorCode.TOO_MANY, "too many pings at once", Reserved.PING);
    } else if (client != null) {
      pings.add(arguments);
      send(new Message.Ping());
    }
  }

  private void pong() {
    List<OscArgument> arguments = pings.poll();
    if (arguments != null) {
      tell(new OscMessage(Reserved.PONG, arguments));
    }
  }

  private void get(String osc) {
    String address = around.namespace().clasp(osc);
    if (asked.size() < MOST) {
      asked.add(address);
    }
    send(new Message.Get(address));
  }

  /** Again is allowed and gives all values again, but not more often than once a second. */
  void subscribe(String pattern, OptionalInt maxRate) {
    Subscribed older = subscriptions.get(pattern);
    long now = around.now();
    if (older != null && older.maxRate().equals(maxRate) && now - older.atNanos() < SECOND) {
      return;
    }
    if (older == null && subscriptions.size() >= MOST) {
      refuse(ErrorCode.TOO_MANY, "a session has at most " + MOST + " subscriptions", pattern);
      return;
    }
    try {
      OscNamespace.Wanted wanted = around.namespace().wanted(pattern);
      int id = older == null ? ++lastId : older.id();
      Subscribed subscribed =
          new Subscribed(id, wanted, maxRate.orElse(0) > 0 ? maxRate : OptionalInt.empty(), now);
      subscriptions.put(pattern, subscribed);
      send(subscribed);
    } catch (OscException e) {
      refuse(ErrorCode.BAD_PATTERN, String.valueOf(e.getMessage()), pattern);
    }
  }

  private void send(Subscribed subscribed) {
    send(
        new Message.Subscribe(
            subscribed.id(),
            subscribed.wanted().pattern(),
            SignalType.ALL_MASK,
            new Message.SubscribeOptions(
                subscribed.maxRate(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalInt.empty())));
  }

  private void unsubscribe(String pattern) {
    Subscribed subscribed = subscriptions.remove(pattern);
    if (subscribed != null) {
      send(new Message.Unsubscribe(subscribed.id()));
    }
  }

  private void unsubscribeAll() {
    List.copyOf(subscriptions.keySet()).forEach(this::unsubscribe);
  }

  /** Addresses with a value, in bundles that no network has to take apart. */
  private void list(String pattern) {
    VirtualClient c = client;
    if (c == null) {
      return;
    }
    if (!lookUps.take(LIST_COST, heardNanos) || !proven && host.waitNanos(heardNanos) > 0) {
      refuse(ErrorCode.TOO_MANY, "ask for lists less often", pattern);
      return;
    }
    try {
      OscNamespace.Wanted wanted = around.namespace().wanted(pattern);
      List<OscMessage> lines = new ArrayList<>();
      int bytes = 0;
      boolean all = true;
      List<String> found =
          c.addresses(AddressPattern.parse(wanted.pattern()), Action.READ, MOST + 1);
      for (String address : found) {
        String osc = around.namespace().osc(address).filter(wanted::matches).orElse("");
        if (osc.isEmpty()) {
          continue;
        }
        bytes += osc.length() + Reserved.ADDRESS.length() + BUNDLE_HEAD;
        if (lines.size() == MOST || bytes > LIST_BYTES) {
          all = false;
          break;
        }
        lines.add(new OscMessage(Reserved.ADDRESS, new OscArgument.Text(osc)));
      }
      int count = lines.size();
      lines.add(
          new OscMessage(
              Reserved.LISTED,
              new OscArgument.Text(pattern),
              new OscArgument.Int32(count),
              new OscArgument.Bool(all && found.size() <= MOST)));
      tellAll(lines);
    } catch (OscException | PatternException e) {
      refuse(ErrorCode.BAD_PATTERN, String.valueOf(e.getMessage()), pattern);
    }
  }

  private void authenticate(String shown) {
    VirtualClient c = client;
    if (c == null || token.equals(Optional.of(shown))) {
      return;
    }
    if (!host.mayTryToken(heardNanos)) {
      refuse(ErrorCode.TOO_MANY, "too many tokens in a second", Reserved.AUTH);
      return;
    }
    token = Optional.of(shown);
    c.hello("osc:" + peer(), FEATURES, token);
    subscriptions.values().forEach(this::send);
  }

  private void replyTo(OscMessage message, int port) {
    if (port < 1 || port > 65_535) {
      wrong(message, ",i PORT from 1 to 65535");
    } else if (!outlet.retarget(port)) {
      refuse(ErrorCode.BAD_REQUEST, "on a connection, answers take the same way back", "");
    }
  }

  // --- what the router says ----------------------------------------------------------------------

  @Override
  public void received(Message message) {
    switch (message) {
      case Message.SetValue set -> values(set.address(), OscValues.arguments(set.value(), style));
      case Message.Publish publish -> {
        if (publish.signal() != SignalType.TIMELINE) {
          values(publish.address(), arguments(publish.content()));
        }
      }
      case Message.Snapshot(List<Message.Parameter> parameters) -> snapshot(parameters);
      case Message.Bundle(List<Message> messages, OptionalLong _) ->
          messages.forEach(this::received);
      case Message.Error(int code, String text, Optional<String> address, OptionalInt _) -> {
        around.counts().add(OscCounter.REFUSED);
        address.ifPresent(asked::remove);
        refuse(code, text, address.flatMap(a -> around.namespace().osc(a)).orElse(""));
      }
      case Message.Pong _ -> pong();
      case Message.Welcome _,
          Message.Ack _,
          Message.Ping _,
          Message.Hello _,
          Message.Announce _,
          Message.Subscribe _,
          Message.Unsubscribe _,
          Message.Get _,
          Message.Replay _,
          Message.FederationSync _,
          Message.Sync _,
          Message.Query _,
          Message.Result _ -> {}
    }
  }

  private List<OscArgument> arguments(Message.Content content) {
    return switch (content) {
      case Message.Content.None _ -> List.of();
      case Message.Content.Single(Value value) -> OscValues.arguments(value, style);
      case Message.Content.Samples samples -> {
        List<OscArgument> all = new ArrayList<>(samples.count());
        for (int i = 0; i < samples.count(); i++) {
          all.add(
              style.wide()
                  ? new OscArgument.Float64(samples.sample(i))
                  : new OscArgument.Float32((float) samples.sample(i)));
        }
        yield all;
      }
    };
  }

  private void values(String address, List<OscArgument> arguments) {
    Optional<String> osc = around.namespace().osc(address);
    if (osc.isPresent() && wanted(osc.get())) {
      tell(new OscMessage(osc.get(), arguments));
    }
  }

  /** Some subscription means it, not only the pattern that the router was given for it. */
  private boolean wanted(String osc) {
    for (Subscribed subscribed : subscriptions.values()) {
      if (subscribed.wanted().exactly().isEmpty() || subscribed.wanted().matches(osc)) {
        return true;
      }
    }
    return false;
  }

  private void snapshot(List<Message.Parameter> parameters) {
    List<OscMessage> all = new ArrayList<>(parameters.size());
    for (Message.Parameter parameter : parameters) {
      around
          .namespace()
          .osc(parameter.address())
          .filter(osc -> asked.remove(parameter.address()) || wanted(osc))
          .ifPresent(
              osc -> all.add(new OscMessage(osc, OscValues.arguments(parameter.value(), style))));
    }
    tellAll(all);
  }

  // --- packets -----------------------------------------------------------------------------------

  private void tell(OscPacket packet) {
    if (over) {
      return;
    }
    int length;
    try {
      length = encoder.encode(packet);
    } catch (IllegalArgumentException e) {
      around.counts().add(OscCounter.UNSENT);
      return;
    }
    if (outlet.send(encoder.buffer(), length)) {
      around.counts().add(OscCounter.SENT);
      if (!proven) {
        host.sent(length, around.now());
      }
    } else {
      around.counts().add(OscCounter.UNSENT);
    }
  }

  /** Several messages in as few packets as fit into Ethernet frames; one alone as it is. */
  private void tellAll(List<OscMessage> messages) {
    List<OscPacket> bundle = new ArrayList<>();
    int bytes = BUNDLE_HEAD;
    for (OscMessage message : messages) {
      int length;
      try {
        length = encoder.encode(message) + Integer.BYTES;
      } catch (IllegalArgumentException e) {
        around.counts().add(OscCounter.UNSENT);
        continue;
      }
      if (!bundle.isEmpty() && bytes + length > BUNDLE_BYTES) {
        tellBundle(bundle);
        bytes = BUNDLE_HEAD;
      }
      bundle.add(message);
      bytes += length;
    }
    tellBundle(bundle);
  }

  private void tellBundle(List<OscPacket> messages) {
    if (messages.size() == 1) {
      tell(messages.getFirst());
    } else if (!messages.isEmpty()) {
      tell(new OscBundle(OscTimeTag.IMMEDIATELY, messages));
    }
    messages.clear();
  }

  /** Tells what was not done, but not so often that it does harm. */
  private void refuse(int code, String text, String address) {
    if (errors.take(1, around.now())) {
      around.counts().add(OscCounter.ERRORS_SENT);
      tell(Reserved.error(code, text, address));
    }
  }

  // --- what a virtual client asks ----------------------------------------------------------------

  @Override
  public String peer() {
    String address = source.getAddress().getHostAddress();
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + source.getPort();
  }

  @Override
  public String transport() {
    return outlet.transport();
  }

  @Override
  public Optional<Object> circle() {
    return circle;
  }

  @Override
  public boolean writable() {
    if (proven) {
      return outlet.writable();
    }
    long wait = host.waitNanos(around.now());
    if (wait > 0 && !waking) {
      waking = true;
      outlet.later(this::wake, Math.max(wait, SHORTEST_WAIT));
    }
    return wait == 0 && outlet.writable();
  }

  private void wake() {
    waking = false;
    writabilityChanged();
  }

  @Override
  public void established() {
    established = true;
    pause = FIRST_PAUSE;
    // Whoever knows a token may be sent to.
    proven |= token.isPresent() && around.wantsTokens();
    ending.established();
  }

  @Override
  public void flush() {
    outlet.flush();
  }

  @Override
  public void reading(boolean enabled) {
    outlet.reading(enabled);
  }

  @Override
  public void ended(CloseReason reason) {
    client = null;
    pings.clear();
    if (over) {
      return;
    }
    if (established && reason.code() != CloseReason.POLICY) {
      againNanos = around.now() + pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    } else {
      finish(reason);
    }
  }

  // --- life --------------------------------------------------------------------------------------

  /** The socket takes more. */
  void writabilityChanged() {
    VirtualClient c = client;
    if (c != null) {
      c.writabilityChanged();
    }
  }

  /** There is a client, or one can be had again. */
  boolean revive() {
    if (over) {
      return false;
    }
    if (client != null) {
      return true;
    }
    if (around.now() - againNanos < 0) {
      return false;
    }
    established = false;
    around.counts().add(OscCounter.SESSIONS_RESTORED);
    connect();
    subscriptions.values().forEach(this::send);
    return client != null;
  }

  /** Now and then: the router shall not take silence for absence, which is judged here. */
  void look() {
    VirtualClient c = client;
    if (c != null) {
      c.alive();
    }
  }

  /** Ends the session. Idempotent. */
  void close(CloseReason reason) {
    if (!over) {
      finish(reason);
    }
  }

  private void finish(CloseReason reason) {
    if (!reason.equals(FAREWELL) && established) {
      tell(new OscMessage(Reserved.BYE, new OscArgument.Text(reason.text())));
      outlet.flush();
    }
    over = true;
    VirtualClient c = client;
    client = null;
    if (c != null) {
      c.close(reason);
    }
    outlet.flush();
    outlet.close();
    ending.ended(this);
  }
}
