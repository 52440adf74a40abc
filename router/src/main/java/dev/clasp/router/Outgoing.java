package dev.clasp.router;

import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The message that a lane is sending: encoded once, framed once per kind of framing, copied to each
 * receiver.
 *
 * <p>One instance per lane is reused for every routed message, so the steady state allocates
 * nothing; {@link #retain} makes the one copy that receivers share who cannot take the bytes now.
 * Lane thread only.
 *
 * <p>Layout of the buffer: room for the longest prefix, the four header bytes, the payload. The
 * prefix ends where the frame starts.
 */
final class Outgoing {

  private static final int FRAME = Framing.MAX_PREFIX;
  private static final int PAYLOAD = FRAME + FrameDescriptor.HEADER_LENGTH;

  /** The buffer; valid from {@link #start} for {@link #framedLength} bytes. */
  final byte[] buffer = new byte[PAYLOAD + FrameDescriptor.MAX_PAYLOAD];

  private int frameLength;
  private DeliveryClass kind = DeliveryClass.REPLY;
  private @Nullable Address address;
  private @Nullable Framing framedAs;
  private int prefixLength;
  private @Nullable Delivery retained;

  /**
   * Starts a message; the caller then writes the payload from {@link #payloadOffset} on and ends
   * it.
   */
  void begin(DeliveryClass newKind, @Nullable Address newAddress) {
    kind = newKind;
    address = newAddress;
    framedAs = null;
    retained = null;
  }

  int payloadOffset() {
    return PAYLOAD;
  }

  /** Ends the message: writes the frame header in front of the payload. */
  void end(Qos qos, int payloadLength) {
    FrameDescriptor.writeHeader(buffer, FRAME, qos, payloadLength);
    frameLength = FrameDescriptor.HEADER_LENGTH + payloadLength;
  }

  /** A whole message made elsewhere. */
  void load(Delivery delivery) {
    begin(delivery.kind(), delivery.address());
    frameLength = delivery.frame().length;
    System.arraycopy(delivery.frame(), 0, buffer, FRAME, frameLength);
    retained = delivery;
  }

  /** A whole frame made elsewhere. */
  void load(byte[] frame, DeliveryClass newKind) {
    begin(newKind, null);
    frameLength = frame.length;
    System.arraycopy(frame, 0, buffer, FRAME, frameLength);
  }

  /**
   * Offset of the first byte to send under this framing; writes the prefix if it is not there yet.
   */
  int start(Framing framing) {
    if (framing != framedAs) {
      prefixLength = framing.prefixLength(frameLength);
      framing.writePrefix(buffer, FRAME - prefixLength, frameLength);
      framedAs = framing;
    }
    return FRAME - prefixLength;
  }

  /** Bytes of the frame, without a prefix. */
  int frameLength() {
    return frameLength;
  }

  /** Bytes to send from {@link #start}, prefix included. */
  int framedLength() {
    return prefixLength + frameLength;
  }

  DeliveryClass kind() {
    return kind;
  }

  /** What the message is about, if it has an address and the sender noted it. */
  @Nullable Address address() {
    return address;
  }

  /** Looks at the message; valid until the next one begins. */
  MessageView look(MessageView view) {
    return view.wrap(buffer, PAYLOAD, frameLength - FrameDescriptor.HEADER_LENGTH);
  }

  /** A copy that outlives the next message; one for all its receivers. */
  Delivery retain() {
    Delivery delivery = retained;
    if (delivery == null) {
      delivery =
          new Delivery(Arrays.copyOfRange(buffer, FRAME, FRAME + frameLength), kind, address);
      retained = delivery;
    }
    return delivery;
  }

  /** Message type code of the frame, for counters; signed. */
  int messageType() {
    return buffer[PAYLOAD];
  }
}
