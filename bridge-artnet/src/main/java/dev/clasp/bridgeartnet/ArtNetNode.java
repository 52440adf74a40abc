package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtAddress;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtInput;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProg;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProgReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ReplyPort;
import dev.clasp.rdm.Uid;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The part of a node: answers polls, tells its ports, takes orders. What we receive are its
 * outputs, what we send its inputs: so consoles see it. A page (BindIndex) has four ports of one
 * net and sub-net.
 *
 * <p>Pure: time, chance and the wire are given. Not thread-safe.
 */
final class ArtNetNode {

  /** A node waits a random time before it answers, so that not all do at once. */
  private static final long MAX_DELAY_NANOS = 1_000_000_000L;

  /** Changes within this time make one reply. */
  private static final long CHANGE_PAUSE_NANOS = 100_000_000L;

  /** Who has not polled for so long needs no news. */
  private static final long POLLER_NANOS = 15_000_000_000L;

  private static final int MAX_POLLERS = 64;
  private static final int PAGE = ArtPollReply.PORTS;
  private static final int MAX_PAGES = 255;

  /** Ours; 0x00FF is the OEM code of those that have none. */
  static final int OEM = 0x00FF;

  /** Of prototypes (E1.20): nobody has it. */
  static final int ESTA = 0x7FF0;

  private static final int VERSION = 1;

  /** Port-addresses are set in the bridge, not over the network. */
  private static final int STATUS1 = 0x10;

  private static final int STATUS1_NORMAL = 0xC0;
  private static final int STATUS1_MUTE = 0x80;
  private static final int STATUS1_LOCATE = 0x40;

  private static final int OUTPUT_DATA = 0x80;
  private static final int OUTPUT_MERGE = 0x08;
  private static final int OUTPUT_LTP = 0x02;
  private static final int OUTPUT_B_NO_RDM = 0x80;
  private static final int OUTPUT_B_CONTINUOUS = 0x40;
  private static final int OUTPUT_B_NO_DISCOVERY = 0x20;
  private static final int INPUT_DATA = 0x80;
  private static final int INPUT_DISABLED = 0x08;

  private record Page(int prefix, List<Integer> outputs, List<Integer> inputs) {}

  private static final class Poller {
    long replyAt = Long.MAX_VALUE;
    long heard;
    boolean onChange;
    OptionalInt top = OptionalInt.empty();
    int bottom;
  }

  /** Orders that concern what is done with levels. */
  interface Orders {

    /** The next who sends it is alone. */
    void cancelMerge(Collection<Integer> portAddresses);

    void merge(int portAddress, boolean latestWins);
  }

  private final NodeIdentity identity;
  private final PortState state;
  private final Orders orders;
  private final Wire wire;
  private final RandomGenerator random;
  private final Map<InetSocketAddress, Poller> pollers = new LinkedHashMap<>();
  private volatile Set<Integer> disabledInputs = Set.of();
  private final Map<Integer, String> portNames = new TreeMap<>();
  private String longName;
  private List<Page> pages = List.of();
  private Set<Integer> outputPorts = Set.of();
  private Set<Integer> inputPorts = Set.of();
  private int indicator = STATUS1_NORMAL;
  private int replies;
  private long changeAt = Long.MAX_VALUE;

  ArtNetNode(
      NodeIdentity identity, PortState state, Orders orders, Wire wire, RandomGenerator random) {
    this.identity = identity;
    this.state = state;
    this.orders = orders;
    this.wire = wire;
    this.random = random;
    this.longName = identity.longName();
  }

  /**
   * The ports it has.
   *
   * @param outputs port-addresses that we receive
   * @param inputs port-addresses that we send
   */
  void ports(Collection<Integer> outputs, Collection<Integer> inputs, long nanos) {
    Set<Integer> nowOut = new TreeSet<>(outputs);
    Set<Integer> nowIn = new TreeSet<>(inputs);
    if (!pages.isEmpty() && nowOut.equals(outputPorts) && nowIn.equals(inputPorts)) {
      return;
    }
    outputPorts = nowOut;
    inputPorts = nowIn;
    pages = pages(nowOut, nowIn);
    changed(nanos);
  }

  private static List<Page> pages(Set<Integer> outputs, Set<Integer> inputs) {
    Map<Integer, List<List<Integer>>> byPrefix = new TreeMap<>();
    for (int output : outputs) {
      byPrefix.computeIfAbsent(output >> 4, _ -> two()).getFirst().add(output);
    }
    for (int input : inputs) {
      byPrefix.computeIfAbsent(input >> 4, _ -> two()).getLast().add(input);
    }
    List<Page> made = new ArrayList<>();
    byPrefix.forEach((prefix, both) -> {
      int most = Math.max(both.getFirst().size(), both.getLast().size());
      for (int at = 0; at < most && made.size() < MAX_PAGES; at += PAGE) {
        made.add(new Page(prefix, slice(both.getFirst(), at), slice(both.getLast(), at)));
      }
    });
    return made.isEmpty() ? List.of(new Page(0, List.of(), List.of())) : List.copyOf(made);
  }

  private static List<List<Integer>> two() {
    return List.of(new ArrayList<>(), new ArrayList<>());
  }

  private static List<Integer> slice(List<Integer> all, int from) {
    return from >= all.size()
        ? List.of()
        : List.copyOf(all.subList(from, Math.min(all.size(), from + PAGE)));
  }

  // --- polls -------------------------------------------------------------------------------------

  void polled(ArtPoll poll, InetSocketAddress from, long nanos) {
    Poller poller = pollers.get(from);
    if (poller == null) {
      pollers.values().removeIf(old -> nanos - old.heard > POLLER_NANOS);
      if (pollers.size() >= MAX_POLLERS) {
        return;
      }
      poller = new Poller();
      pollers.put(from, poller);
    }
    poller.heard = nanos;
    poller.onChange = poll.replyOnChange();
    poller.top = poll.targeted() ? OptionalInt.of(poll.targetTop()) : OptionalInt.empty();
    poller.bottom = poll.targetBottom();
    if (poller.replyAt == Long.MAX_VALUE) {
      poller.replyAt = nanos + random.nextLong(MAX_DELAY_NANOS);
    }
  }

  /** Something that replies tell is different now. */
  void changed(long nanos) {
    if (changeAt == Long.MAX_VALUE) {
      changeAt = nanos + CHANGE_PAUSE_NANOS;
    }
  }

  /**
   * Answers what is due.
   *
   * @return when to call again
   */
  long tick(long nanos) {
    boolean news = nanos - changeAt >= 0 && changeAt != Long.MAX_VALUE;
    if (news) {
      changeAt = Long.MAX_VALUE;
    }
    long next = changeAt;
    for (Map.Entry<InetSocketAddress, Poller> entry : pollers.entrySet()) {
      Poller poller = entry.getValue();
      boolean due = poller.replyAt != Long.MAX_VALUE && nanos - poller.replyAt >= 0;
      boolean told = news && poller.onChange && nanos - poller.heard <= POLLER_NANOS;
      if (due || told) {
        poller.replyAt = Long.MAX_VALUE;
        reply(poller, entry.getKey());
      }
      next = Math.min(next, poller.replyAt);
    }
    return next;
  }

  private void reply(Poller poller, InetSocketAddress to) {
    for (int index = 0; index < pages.size(); index++) {
      if (isMeant(poller, pages.get(index))) {
        tell(index, to);
      }
    }
  }

  /** Art-Net is at one port; who polls from another may listen there as well. */
  private void tell(int index, InetSocketAddress to) {
    ArtPollReply reply = reply(index, to);
    wire.send(reply, new InetSocketAddress(to.getAddress(), identity.port()));
    if (to.getPort() != identity.port()) {
      wire.send(reply, to);
    }
  }

  private static boolean isMeant(Poller poller, Page page) {
    if (poller.top.isEmpty()) {
      return true;
    }
    int top = poller.top.getAsInt();
    return java.util.stream.Stream.concat(page.outputs.stream(), page.inputs.stream())
        .anyMatch(address -> address >= poller.bottom && address <= top);
  }

  private ArtPollReply reply(int index, InetSocketAddress to) {
    Page page = pages.get(index);
    replies = replies + 1 & 0xFFFF;
    List<ReplyPort> ports = new ArrayList<>(PAGE);
    for (int i = 0; i < PAGE; i++) {
      ports.add(port(page, i));
    }
    NodeIdentity.Local local = identity.towards(to.getAddress());
    byte[] ip = local.address().getAddress();
    return new ArtPollReply(
        ip,
        identity.port(),
        VERSION,
        page.prefix >> 4 & 0x7F,
        page.prefix & 0x0F,
        OEM,
        0,
        indicator | STATUS1,
        ESTA,
        portNames.getOrDefault(index, identity.portName()),
        longName,
        "#0001 [%04d] running".formatted(replies % 10_000),
        Math.max(page.outputs.size(), page.inputs.size()),
        ports,
        100,
        // A node, although it polls: consoles ask controllers for nothing.
        0,
        local.mac(),
        ip,
        index + 1,
        ArtPollReply.STATUS2_15_BIT,
        0,
        new Uid(0),
        44);
  }

  private ReplyPort port(Page page, int i) {
    int type = 0;
    int goodInput = 0;
    int goodOutputA = 0;
    int goodOutputB = 0;
    int swIn = 0;
    int swOut = 0;
    if (i < page.outputs.size()) {
      int output = page.outputs.get(i);
      type |= ReplyPort.OUTPUT;
      swOut = output & 0x0F;
      goodOutputA |= state.receives(output) ? OUTPUT_DATA : 0;
      goodOutputA |= state.merges(output) ? OUTPUT_MERGE : 0;
      goodOutputA |= state.latestWins(output) ? OUTPUT_LTP : 0;
      // There is no line behind it.
      goodOutputB = OUTPUT_B_NO_RDM | OUTPUT_B_CONTINUOUS | OUTPUT_B_NO_DISCOVERY;
    }
    if (i < page.inputs.size()) {
      int input = page.inputs.get(i);
      type |= ReplyPort.INPUT;
      swIn = input & 0x0F;
      goodInput |= state.sends(input) ? INPUT_DATA : 0;
      goodInput |= disabledInputs.contains(input) ? INPUT_DISABLED : 0;
    }
    return new ReplyPort(type, goodInput, goodOutputA, swIn, swOut, goodOutputB);
  }

  // --- orders ------------------------------------------------------------------------------------

  void address(ArtAddress order, InetSocketAddress from, long nanos) {
    int index = Math.max(0, order.bindIndex() - 1);
    if (index >= pages.size()) {
      return;
    }
    if (!order.portName().isEmpty()) {
      portNames.put(index, order.portName());
    }
    if (!order.longName().isEmpty()) {
      longName = order.longName();
    }
    command(order.command(), pages.get(index));
    tell(index, from);
    changed(nanos);
  }

  private void command(int command, Page page) {
    int port = command & 0x0F;
    switch (command) {
      case ArtAddress.CANCEL_MERGE -> orders.cancelMerge(page.outputs);
      case ArtAddress.LED_NORMAL -> indicator = STATUS1_NORMAL;
      case ArtAddress.LED_MUTE -> indicator = STATUS1_MUTE;
      case ArtAddress.LED_LOCATE -> indicator = STATUS1_LOCATE;
      default -> {
        if (port < page.outputs.size()) {
          int output = page.outputs.get(port);
          switch (command & 0xF0) {
            case ArtAddress.MERGE_LTP -> orders.merge(output, true);
            case ArtAddress.MERGE_HTP -> orders.merge(output, false);
            default -> {}
          }
        }
      }
    }
  }

  void input(ArtInput order, InetSocketAddress from, long nanos) {
    int index = Math.max(0, order.bindIndex() - 1);
    if (index >= pages.size()) {
      return;
    }
    List<Integer> inputs = pages.get(index).inputs;
    Set<Integer> disabled = new HashSet<>(disabledInputs);
    for (int i = 0; i < inputs.size() && i < order.numPorts(); i++) {
      if ((order.input()[i] & 1) == 1) {
        disabled.add(inputs.get(i));
      } else {
        disabled.remove(inputs.get(i));
      }
    }
    disabledInputs = Set.copyOf(disabled);
    tell(index, from);
    changed(nanos);
  }

  /** Was it switched off by ArtInput? Any thread. */
  boolean isDisabled(int portAddress) {
    return disabledInputs.contains(portAddress);
  }

  /** Addresses are those of the machine: told, never changed. */
  void ipProg(ArtIpProg ignored, InetSocketAddress from) {
    NodeIdentity.Local local = identity.towards(from.getAddress());
    wire.send(
        new ArtIpProgReply(
            local.address().getAddress(), local.mask(), identity.port(), 0, new byte[4]),
        from);
  }
}
