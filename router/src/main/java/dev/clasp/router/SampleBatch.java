package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import java.util.Arrays;

/** The samples of a stream gathered in a window, to be sent as one PUBLISH (wire.md 5.8). */
final class SampleBatch {

  /** Samples that are gathered at most; a fuller batch does not wait for the end of its window. */
  static final int MAX_SAMPLES = 1024;

  private static final int FLAG_TIMESTAMP = 0x10;
  private static final int FLAG_ID = 0x08;
  private static final int SAMPLES = 2;

  private final long startedNanos;
  private final long firstMicros;
  private final boolean hasId;

  /** Samples per second, unsigned; 0 = unknown, or not the same for all. */
  private int rate;

  private double[] samples = new double[8];
  private int count;

  /**
   * An empty batch.
   *
   * @param first the message that starts it
   * @param receivedMicros its time if the sender gave none
   */
  SampleBatch(Reading first, long receivedMicros) {
    MessageView view = first.view();
    this.startedNanos = first.nanos();
    this.firstMicros = view.hasTimestamp() ? view.timestamp() : receivedMicros;
    this.hasId = view.hasId();
    this.rate = view.hasRate() ? view.rate() : 0;
  }

  /** Monotonic time of the first sample. */
  long startedNanos() {
    return startedNanos;
  }

  int count() {
    return count;
  }

  /** Is there room for so many more? */
  boolean takes(int more) {
    return count + more <= MAX_SAMPLES;
  }

  void add(Reading reading) {
    int more = reading.samples();
    if (count + more > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(2 * samples.length, count + more));
    }
    for (int i = 0; i < more; i++) {
      samples[count++] = reading.sample(i);
    }
    if (!reading.view().hasRate() || reading.view().rate() != rate) {
      rate = 0;
    }
  }

  /** The PUBLISH: time and rate are those of the first sample. */
  Delivery delivery(FlowKey key) {
    byte[] name = key.address().name;
    int payload = 4 + name.length + 3 + 8 * count + 8 + (hasId ? 4 : 0) + (rate == 0 ? 0 : 4);
    byte[] frame = new byte[FrameDescriptor.HEADER_LENGTH + payload];
    FrameDescriptor.writeHeader(frame, 0, Qos.FIRE, payload);
    int p = FrameDescriptor.HEADER_LENGTH;
    frame[p++] = MessageType.PUBLISH;
    frame[p++] = (byte) (SignalType.STREAM.code() << 5 | FLAG_TIMESTAMP | (hasId ? FLAG_ID : 0));
    Bytes.putU16(frame, p, name.length);
    System.arraycopy(name, 0, frame, p + 2, name.length);
    p += 2 + name.length;
    frame[p++] = SAMPLES;
    Bytes.putU16(frame, p, count);
    p += 2;
    for (int i = 0; i < count; i++) {
      Bytes.putI64(frame, p, Double.doubleToRawLongBits(samples[i]));
      p += 8;
    }
    Bytes.putI64(frame, p, firstMicros);
    p += 8;
    if (hasId) {
      Bytes.putI32(frame, p, key.id());
      p += 4;
    }
    if (rate != 0) {
      Bytes.putI32(frame, p, rate);
    }
    return new Delivery(frame, DeliveryClass.SAMPLE, key.address());
  }
}
