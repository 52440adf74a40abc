package dev.clasp.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces one service and answers for it (RFC 6762 sections 6 to 10, discovery.md 2.5).
 *
 * <p>On each interface: probe three times whether the name is free, announce twice, answer. Whoever
 * disputes the name makes us probe again on all interfaces; if it is taken, ours becomes {@code
 * name (2)}. Records are unique but for the pointer from the type to the instance, which all
 * services of the type have.
 *
 * <p>The host name in our records is our own, made from the stable id: that of the system belongs
 * to the system's responder, if there is one, which shares the port with us.
 */
final class MdnsResponder implements MdnsRole {

  private static final Logger LOG = LoggerFactory.getLogger(MdnsResponder.class);

  /** What the Arduino library reads of a packet (discovery.md 2.4). */
  static final int LONGEST_PACKET = 512;

  private static final DnsName TYPES = DnsName.of("_services", "_dns-sd", "_udp", "local");

  private static final int PROBES = 3;
  private static final int ANNOUNCEMENTS = 2;
  private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** So many conflicts in ten seconds, and the next attempt waits (section 8.1). */
  private static final int CONFLICTS = 15;

  private static final long CONFLICTS_NANOS = 10 * SECOND;
  private static final long CONFLICTS_REST = 5 * SECOND;

  /** What those remember who do not know of multicast, in seconds (section 6.7). */
  private static final int PLAIN_TTL = 10;

  /** Answers that wait for more known ones, from so many askers. */
  private static final int WAITING_MAX = 64;

  /** To single askers, a second: sources of datagrams can be forged. */
  private static final int UNICASTS = 100;

  private static final int ADDRESSES_MAX = 16;

  private final MdnsService what;
  private final MdnsTimes times;
  private final Timetable timetable;
  private final RandomGenerator random;
  private final TokenBucket unicasts;
  private final Map<MdnsLink, Presence> presences = new LinkedHashMap<>();
  private final Deque<Long> conflicts = new ArrayDeque<>();
  private final String base;
  private int instanceNumber = 1;
  private int hostNumber = 1;
  private volatile String name;
  private DnsName instance;
  private DnsName host;
  private boolean withdrawn;

  /** There were so many conflicts that each attempt waits, until one succeeds. */
  private boolean slowed;

  private final AtomicLong replies = new AtomicLong();
  private final AtomicLong queries = new AtomicLong();
  private volatile boolean announced;

  MdnsResponder(Advertisement what, MdnsTimes times, Timetable timetable, RandomGenerator random) {
    this(MdnsService.of(what), times, timetable, random);
  }

  MdnsResponder(MdnsService what, MdnsTimes times, Timetable timetable, RandomGenerator random) {
    this.what = what;
    this.times = times;
    this.timetable = timetable;
    this.random = random;
    this.unicasts = new TokenBucket(UNICASTS, timetable.now());
    String shown = DisplayText.of(what.name()).strip();
    this.base = shown.isEmpty() ? "CLASP" : shown;
    this.name = numbered(base, 1);
    this.instance = DnsName.of(name, what.type());
    this.host = hostName(1);
  }

  private enum State {
    PROBING,
    /** Announced, or about to be. */
    OURS
  }

  /** What waits to be answered, and whom we wait for. */
  private static final class Waiting {
    private final @Nullable InetAddress asker;
    private final Set<DnsRecord> answers = new LinkedHashSet<>();
    private Timetable.@Nullable Entry due;

    Waiting(@Nullable InetAddress asker) {
      this.asker = asker;
    }
  }

  /** Us on one interface. */
  private static final class Presence {
    private State state = State.PROBING;
    private int sent;
    private Timetable.@Nullable Entry next;
    private final Map<DnsRecord, Long> lastSent = new HashMap<>();

    /** Null if nothing waits; to be sent to all. */
    private @Nullable Waiting waiting;

    private final List<Waiting> incomplete = new ArrayList<>();

    void rest() {
      if (next != null) {
        next.cancel();
        next = null;
      }
    }

    void forget() {
      rest();
      lastSent.clear();
      if (waiting != null && waiting.due != null) {
        waiting.due.cancel();
      }
      waiting = null;
      for (Waiting each : incomplete) {
        if (each.due != null) {
          each.due.cancel();
        }
      }
      incomplete.clear();
    }
  }

  // --- names and records -------------------------------------------------------------------------

  private static String numbered(String base, int number) {
    String end = number == 1 ? "" : " (" + number + ")";
    return DisplayText.cut(base, DnsName.LONGEST_LABEL - end.length()) + end;
  }

  private DnsName hostName(int number) {
    String id = what.id().toString().replace("-", "").substring(0, 12);
    return DnsName.of("clasp-" + id + (number == 1 ? "" : "-" + number), DnsName.of("local"));
  }

  /** The name that we have, which may have a number. Any thread. */
  String name() {
    return name;
  }

  /** Whether the name is ours, and known to be, on at least one interface. Any thread. */
  boolean announced() {
    return announced;
  }

  /** Any thread. */
  long queries() {
    return queries.get();
  }

  /** Any thread. */
  long replies() {
    return replies.get();
  }

  private void seeWhetherAnnounced() {
    announced =
        !withdrawn
            && presences.values().stream()
                .anyMatch(presence -> presence.state == State.OURS && presence.sent > 0);
  }

  private DnsRecord pointer() {
    return new DnsRecord(what.type(), false, times.other(), new DnsData.Pointer(instance));
  }

  private DnsRecord service() {
    return new DnsRecord(
        instance, true, times.host(), new DnsData.Service(0, 0, what.port(), host));
  }

  private DnsRecord text() {
    return new DnsRecord(instance, true, times.other(), new DnsData.Text(what.text().apply(name)));
  }

  private List<DnsRecord> addresses(MdnsLink link) {
    return link.addresses().stream()
        .limit(ADDRESSES_MAX)
        .map(address -> new DnsRecord(host, true, times.host(), new DnsData.Address(address)))
        .toList();
  }

  /** Pointer, service, text and addresses. */
  private List<DnsRecord> all(MdnsLink link) {
    List<DnsRecord> all = new ArrayList<>(List.of(pointer(), service(), text()));
    all.addAll(addresses(link));
    return all;
  }

  private boolean ours(InetAddress address) {
    return presences.keySet().stream().anyMatch(link -> link.addresses().contains(address));
  }

  // --- probing and announcing --------------------------------------------------------------------

  @Override
  public void up(MdnsLink link) {
    if (!withdrawn) {
      Presence presence = new Presence();
      presences.put(link, presence);
      probeSoon(link, presence);
    }
  }

  @Override
  public void changed(MdnsLink link) {
    Presence presence = presences.get(link);
    if (presence != null && presence.state == State.OURS) {
      // The host name is ours: new addresses need no probing (section 8.4).
      presence.forget();
      presence.sent = 0;
      announce(link, presence);
    }
  }

  @Override
  public void down(MdnsLink link) {
    Presence presence = presences.remove(link);
    if (presence != null) {
      presence.forget();
      seeWhetherAnnounced();
    }
  }

  private void probeSoon(MdnsLink link, Presence presence) {
    long rest = restAfterConflicts();
    probeIn(link, presence, rest > 0 ? rest : random.nextLong(PROBE_NANOS));
  }

  private void probeIn(MdnsLink link, Presence presence, long delay) {
    presence.forget();
    presence.state = State.PROBING;
    presence.sent = 0;
    seeWhetherAnnounced();
    presence.next = timetable.in(delay, () -> probe(link, presence));
  }

  private long restAfterConflicts() {
    long now = timetable.now();
    while (!conflicts.isEmpty() && now - conflicts.getFirst() > CONFLICTS_NANOS) {
      conflicts.removeFirst();
    }
    slowed |= conflicts.size() >= CONFLICTS;
    return slowed ? CONFLICTS_REST : 0;
  }

  private void probe(MdnsLink link, Presence presence) {
    if (presence.sent == PROBES) {
      presence.state = State.OURS;
      presence.sent = 0;
      announce(link, presence);
      return;
    }
    List<DnsRecord> claims = new ArrayList<>(List.of(service(), text()));
    claims.addAll(addresses(link));
    claims.replaceAll(claim -> claim.withFlush(false));
    // Not for a unicast answer, as the standard would like it: of those who share the port on this
    // machine, only one would get it.
    link.send(
        DnsWriter.write(
            DnsMessage.probe(
                List.of(
                    new DnsQuestion(instance, DnsData.ANY, false),
                    new DnsQuestion(host, DnsData.ANY, false)),
                claims)));
    presence.sent++;
    presence.next = timetable.in(PROBE_NANOS, () -> probe(link, presence));
  }

  private void announce(MdnsLink link, Presence presence) {
    presence.next = null;
    List<DnsRecord> all = all(link);
    link.send(packet(all, List.of()));
    note(presence, all);
    presence.sent++;
    seeWhetherAnnounced();
    if (presence.sent < ANNOUNCEMENTS) {
      presence.next = timetable.in(SECOND, () -> announce(link, presence));
    } else if (presence.sent == ANNOUNCEMENTS) {
      slowed = false;
      LOG.debug("announced as {} on {}", name, link.name());
    }
  }

  /** Says goodbye; what is asked afterwards gets no answer. */
  void withdraw() {
    withdrawn = true;
    seeWhetherAnnounced();
    presences.values().forEach(Presence::forget);
    goodbye();
  }

  /** May be said again: a packet can get lost. */
  void goodbye() {
    presences.forEach((link, presence) -> {
      if (presence.state == State.OURS) {
        List<DnsRecord> gone = all(link).stream().map(record -> record.withTtl(0)).toList();
        link.send(packet(gone, List.of()));
      }
    });
  }

  // --- conflicts ---------------------------------------------------------------------------------

  @Override
  public void received(MdnsLink link, InetSocketAddress from, DnsMessage message) {
    Presence presence = presences.get(link);
    if (presence == null || withdrawn || !message.isOrdinary()) {
      return;
    }
    if (message.isResponse()) {
      if (from.getPort() == PORT) {
        lookForConflicts(message);
      }
    } else {
      if (presence.state == State.PROBING) {
        compareProbes(link, presence, message);
      } else {
        query(link, presence, from, message);
      }
    }
  }

  private void lookForConflicts(DnsMessage message) {
    List<DnsRecord> records = new ArrayList<>(message.answers());
    records.addAll(message.additionals());
    for (DnsRecord record : records) {
      if (record.ttl() == 0) {
        continue;
      }
      boolean disputed =
          switch (record.data()) {
            case DnsData.Service _ -> record.name().equals(instance) && !record.says(service());
            case DnsData.Text _ -> record.name().equals(instance) && !record.says(text());
            default -> false;
          };
      if (disputed) {
        instanceConflict();
        return;
      }
      if (record.name().equals(host)
          && record.data() instanceof DnsData.Address(InetAddress address)
          && !ours(address)) {
        hostConflict();
        return;
      }
    }
  }

  private boolean probing() {
    return presences.values().stream().anyMatch(presence -> presence.state == State.PROBING);
  }

  private void instanceConflict() {
    countConflict();
    if (probing()) {
      goodbye();
      instanceNumber++;
      announced = false;
      String before = name;
      name = numbered(base, instanceNumber);
      instance = DnsName.of(name, what.type());
      LOG.warn("the name '{}' is taken on this network; announcing as '{}'", before, name);
    }
    presences.forEach(this::probeSoon);
  }

  private void countConflict() {
    if (conflicts.size() > CONFLICTS) {
      conflicts.removeFirst();
    }
    conflicts.add(timetable.now());
  }

  private void hostConflict() {
    countConflict();
    if (probing()) {
      goodbye();
      hostNumber++;
      host = hostName(hostNumber);
    }
    presences.forEach(this::probeSoon);
  }

  /** Two that probe for the same name at the same time (section 8.2). */
  private void compareProbes(MdnsLink link, Presence presence, DnsMessage message) {
    List<DnsRecord> claims = new ArrayList<>(List.of(service(), text()));
    if (loses(claims, message, instance)) {
      probeIn(link, presence, SECOND);
      return;
    }
    boolean allOurs =
        message.authorities().stream()
            .filter(record -> record.name().equals(host))
            .allMatch(record ->
                record.data() instanceof DnsData.Address(InetAddress address) && ours(address));
    if (!allOurs && loses(addresses(link), message, host)) {
      probeIn(link, presence, SECOND);
    }
  }

  /** Whether theirs come later in the order, and they win. */
  private static boolean loses(List<DnsRecord> claims, DnsMessage message, DnsName name) {
    List<byte[]> theirs =
        sorted(
            message.authorities().stream().filter(record -> record.name().equals(name)).toList());
    if (theirs.isEmpty()) {
      return false;
    }
    List<byte[]> ours = sorted(claims);
    for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
      int order = Arrays.compareUnsigned(ours.get(i), theirs.get(i));
      if (order != 0) {
        return order < 0;
      }
    }
    return ours.size() < theirs.size();
  }

  /** Type and data of each; the class is always the same. */
  private static List<byte[]> sorted(Collection<DnsRecord> records) {
    return records.stream()
        .map(record -> {
          byte[] data = DnsWriter.data(record.data());
          byte[] all = new byte[2 + data.length];
          all[0] = (byte) (record.type() >>> 8);
          all[1] = (byte) record.type();
          System.arraycopy(data, 0, all, 2, data.length);
          return all;
        })
        .sorted(Arrays::compareUnsigned)
        .toList();
  }

  // --- answers -----------------------------------------------------------------------------------

  private void query(MdnsLink link, Presence presence, InetSocketAddress from, DnsMessage message) {
    boolean plain = from.getPort() != PORT;
    if (message.questions().isEmpty()) {
      moreKnown(presence, from.getAddress(), message.answers());
      return;
    }
    Set<DnsRecord> toAll = new LinkedHashSet<>();
    Set<DnsRecord> toOne = new LinkedHashSet<>();
    for (DnsQuestion question : message.questions()) {
      for (DnsRecord answer : answers(link, question)) {
        if (known(message.answers(), answer)) {
          continue;
        }
        if (plain
            || question.unicast() && sentWithin(presence, answer, answer.ttl() * SECOND / 4)) {
          toOne.add(answer);
        } else {
          toAll.add(answer);
        }
      }
    }
    if (toAll.isEmpty() && toOne.isEmpty()) {
      return;
    }
    queries.incrementAndGet();
    if (plain) {
      replyPlain(link, from, message, toOne);
    } else if (!toOne.isEmpty() && unicasts.take(timetable.now())) {
      replies.incrementAndGet();
      link.send(packet(List.copyOf(toOne), additionals(link, toOne)), from);
    }
    if (!toAll.isEmpty()) {
      boolean probe = !message.authorities().isEmpty();
      answerSoon(link, presence, toAll, probe, message.isTruncated() ? from.getAddress() : null);
    }
  }

  private List<DnsRecord> answers(MdnsLink link, DnsQuestion question) {
    List<DnsRecord> answers = new ArrayList<>();
    for (DnsRecord record : all(link)) {
      if (question.asksFor(record)) {
        answers.add(record);
      }
    }
    if (question.name().equals(TYPES)
        && (question.type() == DnsData.PTR || question.type() == DnsData.ANY)) {
      answers.add(new DnsRecord(TYPES, false, times.other(), new DnsData.Pointer(what.type())));
    }
    if (answers.isEmpty() && question.name().equals(host)) {
      answers.add(
          new DnsRecord(
              host,
              true,
              times.host(),
              new DnsData.Existing(host, addresses(link).stream().map(DnsRecord::type).toList())));
    }
    return answers;
  }

  /** What who asks will want next, as far as there is room. */
  private List<DnsRecord> additionals(MdnsLink link, Collection<DnsRecord> answers) {
    Set<DnsRecord> more = new LinkedHashSet<>();
    if (answers.stream().anyMatch(record -> record.says(pointer()))) {
      more.add(service());
      more.add(text());
      more.addAll(addresses(link));
    }
    if (answers.stream().anyMatch(record -> record.data() instanceof DnsData.Service)) {
      more.addAll(addresses(link));
    }
    more.removeAll(answers);
    return List.copyOf(more);
  }

  /** Whoever asks knows it, and will for a while (section 7.1). */
  private static boolean known(List<DnsRecord> known, DnsRecord answer) {
    return known.stream().anyMatch(each -> each.says(answer) && each.ttl() >= answer.ttl() / 2);
  }

  private static void moreKnown(Presence presence, InetAddress asker, List<DnsRecord> known) {
    for (Waiting waiting : presence.incomplete) {
      if (asker.equals(waiting.asker)) {
        waiting.answers.removeIf(answer -> known(known, answer));
      }
    }
  }

  /** The way of the ordinary DNS: with the question, and to be forgotten soon (section 6.7). */
  private void replyPlain(
      MdnsLink link, InetSocketAddress to, DnsMessage question, Set<DnsRecord> answers) {
    if (!unicasts.take(timetable.now())) {
      return;
    }
    replies.incrementAndGet();
    List<DnsRecord> additionals = new ArrayList<>(additionals(link, answers));
    while (true) {
      DnsMessage reply =
          new DnsMessage(
              question.id(),
              DnsMessage.RESPONSE | DnsMessage.AUTHORITATIVE,
              question.questions(),
              plain(answers),
              List.of(),
              plain(additionals));
      byte[] packet = DnsWriter.writePlain(reply);
      if (packet.length <= LONGEST_PACKET || additionals.isEmpty()) {
        link.send(packet, to);
        return;
      }
      additionals.removeLast();
    }
  }

  private static List<DnsRecord> plain(Collection<DnsRecord> records) {
    return records.stream()
        .map(record -> record.withFlush(false).withTtl(Math.min(record.ttl(), PLAIN_TTL)))
        .toList();
  }

  /**
   * @param incomplete who will say more of what it knows; null if it has said everything
   */
  private void answerSoon(
      MdnsLink link,
      Presence presence,
      Set<DnsRecord> answers,
      boolean probe,
      @Nullable InetAddress incomplete) {
    if (probe) {
      // Somebody wants our name: at once, and even if we said it a moment ago.
      sendAnswers(link, presence, answers, PROBE_NANOS);
      return;
    }
    if (incomplete != null) {
      if (presence.incomplete.size() < WAITING_MAX) {
        Waiting waiting = new Waiting(incomplete);
        waiting.answers.addAll(answers);
        presence.incomplete.add(waiting);
        waiting.due =
            timetable.in(
                millis(400, 500),
                () -> {
                  presence.incomplete.remove(waiting);
                  sendAnswers(link, presence, waiting.answers, SECOND);
                });
      }
      return;
    }
    // Only where others may answer too, answers have to keep out of each other's way.
    boolean shared = answers.stream().anyMatch(answer -> !answer.flush());
    if (shared) {
      sendIn(link, presence, answers, millis(20, 120));
    } else {
      sendAnswers(link, presence, answers, SECOND);
    }
  }

  private long millis(int from, int to) {
    return TimeUnit.MILLISECONDS.toNanos(from)
        + random.nextLong(TimeUnit.MILLISECONDS.toNanos(to - from));
  }

  /** Together with what waits already. */
  private void sendIn(MdnsLink link, Presence presence, Set<DnsRecord> answers, long delay) {
    Waiting waiting = presence.waiting;
    if (waiting != null) {
      waiting.answers.addAll(answers);
      return;
    }
    Waiting made = new Waiting(null);
    made.answers.addAll(answers);
    presence.waiting = made;
    made.due =
        timetable.in(
            delay,
            () -> {
              presence.waiting = null;
              sendAnswers(link, presence, made.answers, SECOND);
            });
  }

  /** What was sent within this time waits until it has passed (section 6). */
  private void sendAnswers(
      MdnsLink link, Presence presence, Set<DnsRecord> answers, long distance) {
    Set<DnsRecord> now = new LinkedHashSet<>();
    Set<DnsRecord> later = new LinkedHashSet<>();
    long delay = 0;
    for (DnsRecord answer : answers) {
      Long last = presence.lastSent.get(answer);
      long rest = last == null ? 0 : last + distance - timetable.now();
      if (rest > 0) {
        later.add(answer);
        delay = Math.max(delay, rest);
      } else {
        now.add(answer);
      }
    }
    if (!now.isEmpty()) {
      replies.incrementAndGet();
      link.send(packet(List.copyOf(now), additionals(link, now)));
      note(presence, now);
    }
    if (!later.isEmpty()) {
      sendIn(link, presence, later, delay);
    }
  }

  private boolean sentWithin(Presence presence, DnsRecord record, long nanos) {
    Long last = presence.lastSent.get(record);
    return last != null && timetable.now() - last < nanos;
  }

  private void note(Presence presence, Collection<DnsRecord> sent) {
    sent.forEach(record -> presence.lastSent.put(record, timetable.now()));
  }

  /** Addresses that have no room are left out: they come last. */
  private static byte[] packet(List<DnsRecord> answers, List<DnsRecord> additionals) {
    List<DnsRecord> first = new ArrayList<>(answers);
    List<DnsRecord> more = new ArrayList<>(additionals);
    while (true) {
      byte[] packet = DnsWriter.write(DnsMessage.response(first, more));
      if (packet.length <= LONGEST_PACKET) {
        return packet;
      }
      if (!more.isEmpty()) {
        more.removeLast();
      } else if (first.size() > 1) {
        first.removeLast();
      } else {
        return packet;
      }
    }
  }
}
