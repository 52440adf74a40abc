package dev.clasp.oscquery;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.osc.OscAddresses;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscPattern;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.osc.OscValues;
import dev.clasp.protocol.AddressRules;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OSC that programs send, as writes and events for the router. Of one event loop; never waits.
 *
 * <p>A router does not send events and samples of streams back to who published them, and for it
 * that is us. So the other programs that listen are told here.
 */
final class OscInput {

  private static final Logger LOG = LoggerFactory.getLogger(OscInput.class);

  /** Bundles for later than this are carried out at once: clocks are wrong more often. */
  private static final long LATEST_MICROS = TimeUnit.HOURS.toMicros(1);

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** In each second: patterns cost as much as the tree is big, and others have to wait. */
  private static final long PATTERNS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Messages of one bundle that happen together. */
  private static final int BUNDLE_MAX = 1000;

  /** Told before something is written, so that it is known when it comes back. */
  @FunctionalInterface
  interface Sender {
    Sender NOBODY = (_, _) -> {};

    void sending(String address, Value value);
  }

  /** Told what was published, once the router has it. Any thread. */
  @FunctionalInterface
  interface Published {
    void published(String address, SignalType type, Value value);
  }

  /** What is to be done for one message. */
  private record Act(String address, SignalType type, Value value) {}

  private final OscQueryTree tree;
  private final NodeJson rights;
  private final ClaspClient router;
  private final OscQueryCounts counts;
  private final OscQueryLimits limits;
  private final boolean create;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Published published;

  /** When the present second began, and how long patterns have been looked for in it. */
  private long second;

  private long lookedFor;

  OscInput(
      OscQueryTree tree,
      NodeJson rights,
      ClaspClient router,
      OscQueryCounts counts,
      OscQueryLimits limits,
      boolean create,
      Clock clock,
      LongSupplier nanoTime,
      Published published) {
    this.tree = tree;
    this.rights = rights;
    this.router = router;
    this.counts = counts;
    this.limits = limits;
    this.create = create;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.published = published;
    this.second = nanoTime.getAsLong();
  }

  /** Takes a packet in, whatever it is. */
  void take(byte[] packet, Sender sender) {
    if (packet.length == 0) {
      counts.add(OscQueryCounter.MALFORMED);
      return;
    }
    try {
      take(OscCodec.decode(packet), sender);
    } catch (OscException e) {
      counts.add(OscQueryCounter.MALFORMED);
      LOG.debug("no OSC: {}", e.getMessage());
    }
  }

  private void take(OscPacket packet, Sender sender) {
    switch (packet) {
      case OscMessage message -> acts(message).forEach(act -> carryOut(act, sender));
      case OscBundle bundle -> {
        List<Act> acts = new ArrayList<>();
        collect(bundle, acts);
        // Samples belong to no bundle.
        acts.stream()
            .filter(act -> act.type() == SignalType.STREAM)
            .forEach(act -> carryOut(act, sender));
        acts.removeIf(act -> act.type() == SignalType.STREAM);
        if (acts.size() == 1 && bundle.time().immediately()) {
          carryOut(acts.getFirst(), sender);
        } else {
          carryOut(acts, bundle.time(), sender);
        }
      }
    }
  }

  private void collect(OscBundle bundle, List<Act> acts) {
    for (OscPacket element : bundle.elements()) {
      switch (element) {
        case OscMessage message -> {
          for (Act act : acts(message)) {
            if (acts.size() < BUNDLE_MAX) {
              acts.add(act);
            } else {
              counts.add(OscQueryCounter.OSC_DROPPED);
            }
          }
        }
        case OscBundle inner -> collect(inner, acts);
      }
    }
  }

  // --- what a message means ----------------------------------------------------------------------

  private List<Act> acts(OscMessage message) {
    String path = message.address();
    if (!OscPattern.isPattern(path)) {
      Optional<TreeNode> node = tree.find(path).filter(TreeNode::isMethod);
      return node.isPresent()
          ? act(node.get(), message).stream().toList()
          : unknown(path, message).stream().toList();
    }
    List<Act> acts = new ArrayList<>();
    long begin = nanoTime.getAsLong();
    if (begin - second > SECOND_NANOS) {
      second = begin;
      lookedFor = 0;
    }
    if (lookedFor > PATTERNS_NANOS) {
      counts.add(OscQueryCounter.OSC_DROPPED);
      return List.of();
    }
    try {
      for (String matched : OscPattern.compile(path).select(tree.paths())) {
        if (acts.size() >= limits.pattern()) {
          counts.add(OscQueryCounter.OSC_DROPPED);
          break;
        }
        tree.find(matched).flatMap(node -> act(node, message)).ifPresent(acts::add);
      }
    } catch (OscException e) {
      counts.add(OscQueryCounter.MALFORMED);
      return List.of();
    } finally {
      lookedFor += nanoTime.getAsLong() - begin;
    }
    if (acts.isEmpty()) {
      counts.add(OscQueryCounter.OSC_DROPPED);
    }
    return acts;
  }

  private Optional<Act> act(TreeNode node, OscMessage message) {
    if ((rights.access(node) & TreeNode.WRITE) == 0) {
      counts.add(OscQueryCounter.OSC_DROPPED);
      return Optional.empty();
    }
    String address = OscAddresses.decode(node.path());
    SignalType kind = node.kind();
    List<OscArgument> arguments = message.arguments();
    if (kind == SignalType.EVENT) {
      return Optional.of(new Act(address, kind, isBang(arguments) ? Value.NULL : value(arguments)));
    }
    if (arguments.isEmpty()) {
      // A question in some programs; never a value.
      counts.add(OscQueryCounter.OSC_DROPPED);
      return Optional.empty();
    }
    return Optional.of(
        new Act(
            address,
            kind == SignalType.STREAM ? SignalType.STREAM : SignalType.PARAM,
            node.understood(value(arguments))));
  }

  private Optional<Act> unknown(String path, OscMessage message) {
    String address = OscAddresses.decode(path);
    boolean allowed =
        create
            && !rights.readOnly()
            && tree.serves(address)
            && AddressRules.violation(address) == null;
    if (!allowed) {
      counts.add(OscQueryCounter.OSC_DROPPED);
      return Optional.empty();
    }
    return Optional.of(
        isBang(message.arguments())
            ? new Act(address, SignalType.EVENT, Value.NULL)
            : new Act(address, SignalType.PARAM, value(message.arguments())));
  }

  private static boolean isBang(List<OscArgument> arguments) {
    return arguments.isEmpty()
        || arguments.size() == 1
            && (arguments.getFirst() instanceof OscArgument.Impulse
                || arguments.getFirst() instanceof OscArgument.Nil);
  }

  private static Value value(List<OscArgument> arguments) {
    return OscValues.value(arguments);
  }

  // --- to the router -----------------------------------------------------------------------------

  private void carryOut(Act act, Sender sender) {
    try {
      sender.sending(act.address(), act.value());
      count(
          switch (act.type()) {
            case EVENT ->
                act.value().equals(Value.NULL)
                    ? router.emit(act.address())
                    : router.emit(act.address(), act.value());
            case STREAM -> router.stream(act.address(), act.value());
            case PARAM, GESTURE, TIMELINE -> router.set(act.address(), act.value());
          },
          List.of(act));
    } catch (RuntimeException e) {
      refused(e, 1);
    }
  }

  private void carryOut(List<Act> acts, OscTimeTag time, Sender sender) {
    if (acts.isEmpty()) {
      return;
    }
    try {
      BundleBuilder bundle = new BundleBuilder();
      for (Act act : acts) {
        sender.sending(act.address(), act.value());
        switch (act.type()) {
          case EVENT -> {
            if (act.value().equals(Value.NULL)) {
              bundle.emit(act.address());
            } else {
              bundle.emit(act.address(), act.value());
            }
          }
          case PARAM, STREAM, GESTURE, TIMELINE -> bundle.set(act.address(), act.value());
        }
      }
      if (!time.immediately()) {
        long ahead = time.unixMicros() - TimeUnit.MILLISECONDS.toMicros(clock.millis());
        if (ahead > 0 && ahead <= LATEST_MICROS) {
          bundle.at(router.time() + ahead);
        }
      }
      count(router.bundle(bundle), acts);
    } catch (RuntimeException e) {
      refused(e, acts.size());
    }
  }

  private void count(CompletableFuture<?> done, List<Act> acts) {
    done.whenComplete((_, failure) -> {
      if (failure != null) {
        refused(failure, acts.size());
        return;
      }
      counts.add(OscQueryCounter.OSC_IN, acts.size());
      for (Act act : acts) {
        if (act.type() == SignalType.EVENT || act.type() == SignalType.STREAM) {
          published.published(act.address(), act.type(), act.value());
        }
      }
    });
  }

  private void refused(Throwable why, int messages) {
    counts.add(OscQueryCounter.REFUSED_WRITES, messages);
    LOG.debug("the router did not take what came by OSC: {}", why.getMessage());
  }
}
