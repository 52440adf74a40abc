package dev.clasp.router;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.Message.Publish;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Signalling between peers: a PUBLISH to {@code /clasp/p2p/signal/<session>} goes to that session
 * and to nobody else, subscribed or not (router.md 13). The {@code from} entry of the signal is set
 * to the real sender.
 *
 * <p>Rare, so it works on decoded messages. Never waits for the target.
 */
final class PeerSignals {

  private PeerSignals() {}

  static void route(Router router, Session sender, MessageView view) {
    String targetId = Writes.p2pTarget(view);
    String address = Writes.addressOf(view);
    Session target = router.sessions().get(targetId);
    if (target == null) {
      Replies.error(
          sender,
          new Refusal(ErrorCode.NOT_FOUND, "Target session not found: " + targetId),
          address);
      return;
    }
    if (!(MessageCodec.decode(view.buffer(), view.offset(), view.length())
        instanceof Publish publish)) {
      throw DecodeException.of(DecodeException.Kind.MALFORMED_FIELD, "not a PUBLISH");
    }
    Delivery delivery =
        new Delivery(
            FrameCodec.encode(withSender(publish, sender.id())), DeliveryClass.EVENT, null);
    sender.lane().add(Counter.PUBLISHES, 1);
    target.lane().post(new Lane.InboxEntry(delivery, null, target, 0, null));
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
