package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a packet says of those before it (RFC 6295 section 5 and appendices A and B): the last that
 * happened to each note, controller and so on since the checkpoint. Immutable.
 *
 * <p>In each part {@code old} is the S bit: it did not change in the packet right before this one.
 *
 * @param checkpoint sequence number of the oldest packet that it tells of
 * @param system what is for all channels
 * @param channels each at most once
 */
public record RtpJournal(
    int checkpoint, Optional<JournalSystem> system, List<JournalChannel> channels) {

  private static final int SYSTEM = 0x40;
  private static final int CHANNELS = 0x20;

  public RtpJournal {
    channels = List.copyOf(channels);
    if (channels.size() > 16) {
      throw new IllegalArgumentException("there are 16 channels, not " + channels.size());
    }
  }

  /** Nothing that anybody may have missed. */
  boolean isEmpty() {
    return system.isEmpty() && channels.isEmpty();
  }

  static RtpJournal read(RtpBytes in) throws RtpMidiException {
    int head = in.u8();
    int checkpoint = in.u16();
    Optional<JournalSystem> system =
        (head & SYSTEM) == 0 ? Optional.empty() : Optional.of(JournalSystem.read(in));
    List<JournalChannel> channels = new ArrayList<>();
    if ((head & CHANNELS) != 0) {
      for (int i = 0; i <= (head & 0x0F); i++) {
        channels.add(JournalChannel.read(in));
      }
    }
    return new RtpJournal(checkpoint, system, channels);
  }

  byte[] write() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    // The S bit of the whole only spares a receiver work, and some take it for the one that says
    // that there is a system journal; so it is never set.
    out.write(
        (system.isPresent() ? SYSTEM : 0)
            | (channels.isEmpty() ? 0 : CHANNELS | channels.size() - 1));
    RtpMidiPacket.u16(out, checkpoint);
    system.ifPresent(part -> out.writeBytes(part.write()));
    channels.forEach(part -> out.writeBytes(part.write()));
    return out.toByteArray();
  }
}
