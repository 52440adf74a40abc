package dev.clasp.router;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Signalling between peers: a PUBLISH to {@code /clasp/p2p/signal/<session>} goes to that session
 * and to nobody else, subscribed or not (router.md 13). The {@code from} entry of the signal is set
 * to the real sender.
 *
 * <p>Never waits for the target and never fills its queue: when the target cannot take the signal,
 * the sender is told (RT-20). Rare, so it works on decoded messages. Sender's lane only.
 */
final class PeerSignals {

  /** Signals of one session in a second (RT-23): negotiating a connection takes some ten. */
  static final int MAX_PER_SECOND = 100;

  private static final byte[] SIGNAL = "/clasp/p2p/signal/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANNOUNCE = "/clasp/p2p/announce".getBytes(StandardCharsets.US_ASCII);

  private final Router router;

  PeerSignals(Router router) {
    this.router = router;
  }

  /** True for the address of a session: a non-empty rest without a slash. */
  static boolean isSignal(MessageView publish) {
    int end = publish.addressOffset() + publish.addressLength();
    int rest = publish.addressOffset() + SIGNAL.length;
    if (rest >= end || !startsWith(publish, SIGNAL)) {
      return false;
    }
    for (int i = rest; i < end; i++) {
      if (publish.buffer()[i] == '/') {
        return false;
      }
    }
    return true;
  }

  /** True for the address where peers make themselves known; type filters do not hold there. */
  static boolean isAnnouncement(MessageView publish) {
    return publish.addressLength() == ANNOUNCE.length && startsWith(publish, ANNOUNCE);
  }

  private static boolean startsWith(MessageView publish, byte[] prefix) {
    int from = publish.addressOffset();
    return Arrays.equals(publish.buffer(), from, from + prefix.length, prefix, 0, prefix.length);
  }

  /** Sends a signal to its target. No stripe lock held. */
  void route(Session sender, MessageView view) {
    view.validateAddress();
    long now = router.clock().nanos();
    RateLimit rate = sender.peerSignals(now);
    if (!rate.admit(1, now)) {
      if (rate.refusedToTell(now) > 0) {
        refuse(
            sender,
            new Refusal(
                ErrorCode.TOO_MANY,
                "Rate limit exceeded: " + MAX_PER_SECOND + " peer signals/second"),
            view);
      }
      return;
    }
    String targetId =
        new String(
            view.buffer(),
            view.addressOffset() + SIGNAL.length,
            view.addressLength() - SIGNAL.length,
            StandardCharsets.UTF_8);
    Session target = router.sessions().get(targetId);
    if (target == null) {
      refuse(sender, notFound(targetId), view);
      return;
    }
    byte[] frame;
    try {
      frame = FrameCodec.encode(withSender(decode(view), sender.id()));
    } catch (EncodeException e) {
      refuse(
          sender,
          new Refusal(
              ErrorCode.BAD_REQUEST,
              "SignalTooLarge: no room for the sender's id (" + e.getMessage() + ")"),
          view);
      return;
    }
    sender.lane().add(Counter.PEER_SIGNALS, 1);
    Delivery delivery = new Delivery(frame, DeliveryClass.EVENT, null);
    String address = Writes.addressOf(view);
    Request request = sender.request();
    // As a task, also on the same lane: only the target's lane may look at the target's queue.
    target
        .lane()
        .executor()
        .execute(() -> {
          Refusal refusal = null;
          if (target.ended()) {
            refusal = notFound(targetId);
          } else if (!target.outbound().offer(delivery)) {
            refusal = BUSY;
          }
          if (refusal != null) {
            target.lane().add(Counter.PEER_SIGNALS_DROPPED, 1);
            tell(sender, request, refusal, address);
          }
        });
  }

  /** From the target's lane back to the sender. */
  private static void tell(
      Session sender, @Nullable Request request, Refusal refusal, String address) {
    sender.lane().executor().execute(() -> Replies.lateError(sender, request, refusal, address));
  }

  private static void refuse(Session sender, Refusal refusal, MessageView view) {
    Replies.error(sender, refusal, Writes.addressOf(view));
  }

  private static Refusal notFound(String targetId) {
    return new Refusal(ErrorCode.NOT_FOUND, "Target session not found: " + targetId);
  }

  private static final Refusal BUSY =
      new Refusal(
          ErrorCode.OVERFLOW, "TargetBusy: the target reads too slowly, the signal was dropped");

  private static Publish decode(MessageView view) {
    if (MessageCodec.decode(view.buffer(), view.offset(), view.length()) instanceof Publish p) {
      return p;
    }
    throw DecodeException.of(DecodeException.Kind.MALFORMED_FIELD, "not a PUBLISH");
  }

  private static Message withSender(Publish publish, String sender) {
    if (!(publish.content() instanceof Content.Single(Value.Map(Map<String, Value> entries)))) {
      return publish;
    }
    Map<String, Value> verified = new LinkedHashMap<>(entries);
    verified.put("from", Value.of(sender));
    return new Publish(
        publish.address(),
        publish.signal(),
        publish.phase(),
        Content.of(Value.of(verified)),
        publish.timestampMicros(),
        publish.id(),
        publish.rate());
  }
}
