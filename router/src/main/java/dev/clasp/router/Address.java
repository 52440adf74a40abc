package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An interned address: its parameter, its lock and the cached route to its subscribers, in one
 * object so that routing costs one look-up.
 *
 * <p>Every field is guarded by the lock of the {@link Stripe} that holds the address, except the
 * final ones.
 */
final class Address {

  /** UTF-8, validated when interned. */
  final byte[] name;

  final long hash;

  /** Value data as received, without the type code; its width is kept for the relay. */
  byte[] value = NO_VALUE;

  /** Bytes of {@link #value} in use. */
  int valueLength;

  int valueType;

  /** A parameter is stored here. */
  boolean stored;

  /**
   * Of the newest value ever stored here; it goes on where it ended when a value is stored again.
   */
  long revision;

  /** Unix time of the last write. */
  long writtenMicros;

  /** Monotonic time of the last write. */
  long writtenNanos;

  /** Monotonic time of the last write or GET. */
  long usedNanos;

  /**
   * The last SET with a lifetime of its own gave this one ({@link dev.clasp.protocol.Ttl#ofWord}).
   */
  boolean hasTtl;

  int ttlWord;

  /** Monotonic time of the write that gave the lifetime. */
  long ttlNanos;

  /** When the expiry that is in an agenda looks at this address; valid while it is armed. */
  long expiryDue;

  /** Which of the expiries in agendas is valid; 0 = none. */
  int expiryTicket;

  /** The newest ticket ever given. */
  int expiryTickets;

  /** Whose quota this parameter counts against. */
  @Nullable Quota creator;

  /** From the configuration, by pattern. */
  final ParameterSettings configured;

  /** Session id of the last writer, ASCII. */
  byte[] writer = NO_VALUE;

  /** The session that holds the lock. */
  @Nullable Session lockHolder;

  /** Subscribers as of {@link #routeEpoch}. */
  Route route = Route.NONE;

  int routeEpoch = -1;

  /** Earlier values and messages, if any are kept. */
  @Nullable History history;

  /** No longer interned. Written under the lock of the stripe, read by anybody. */
  private volatile boolean forgotten;

  /** Used since the idle sweep last passed by (second chance). */
  boolean touched;

  /**
   * How many gestures, timelines and announcements hold on to this address; while there are any it
   * stays interned. See {@link Stripe#pin}.
   */
  int pins;

  /** Is among the changes that somebody will ask for. */
  boolean noted;

  /** Waits among the addresses without a parameter to be forgotten. */
  boolean idle;

  /** The newest timeline published here; null if there is none. */
  @Nullable StoredTimeline timeline;

  /** What an announcement says about the parameter here; null if nothing. */
  @Nullable AnnouncedParameter announced;

  private static final byte[] NO_VALUE = {};

  Address(byte[] name, long hash, ParameterSettings configured) {
    this.name = name;
    this.hash = hash;
    this.configured = configured;
  }

  boolean stored() {
    return stored;
  }

  /**
   * There for whoever asks now. What has an absolute lifetime is gone when that is over, and not
   * only when the agenda comes to it: who deletes a parameter (a lifetime of 0) and reads it again
   * must not find it. What is locked stays.
   */
  boolean present(long now) {
    return stored
        && !(hasTtl
            && lockHolder == null
            && Ttl.ofWord(ttlWord) instanceof Ttl.Absolute(int seconds)
            && ttlNanos + seconds * 1_000_000_000L - now <= 0);
  }

  /** The configuration knows best, then whoever announced the parameter. */
  ConflictStrategy strategy() {
    if (configured.strategy() != null) {
      return configured.strategy();
    }
    ConflictStrategy said = announced == null ? null : announced.settings().strategy();
    return said == null ? ConflictStrategy.LWW : said;
  }

  /**
   * How long the parameter lives after a write, unless a SET gave it a lifetime; 0 = for ever,
   * {@link ParameterSettings#UNSAID} if only the general lifetime holds.
   */
  long ruledTtlNanos() {
    return configured.ttlNanos() == ParameterSettings.UNSAID && announced != null
        ? announced.settings().ttlNanos()
        : configured.ttlNanos();
  }

  /** Ends with the session that wrote it last. */
  boolean ephemeral() {
    return configured.ephemeral() || announced != null && announced.settings().ephemeral();
  }

  boolean forgotten() {
    return forgotten;
  }

  /** The stripe lets go of this address. */
  void forget() {
    forgotten = true;
    dropHistory();
  }

  /** Frees the earlier values: the parameter was removed, or the address is. */
  void dropHistory() {
    if (history != null) {
      history.drop();
      history = null;
    }
  }

  boolean is(byte[] b, int offset, int length) {
    return Arrays.equals(name, 0, name.length, b, offset, offset + length);
  }

  /**
   * Replaces the value; reuses the array when the size fits, so that a moving fader allocates
   * nothing.
   */
  void store(byte[] b, int offset, int length, int type) {
    if (value.length < length || value.length > 2 * length + 16) {
      value = new byte[length];
    }
    System.arraycopy(b, offset, value, 0, length);
    valueLength = length;
    valueType = type;
  }

  /** Everything that a write changes. */
  record Saved(
      boolean stored,
      byte[] value,
      int valueType,
      long revision,
      long writtenMicros,
      long writtenNanos,
      long usedNanos,
      boolean hasTtl,
      int ttlWord,
      long ttlNanos,
      @Nullable Quota creator,
      byte[] writer,
      @Nullable Session lockHolder) {}

  Saved save() {
    return new Saved(
        stored,
        Arrays.copyOf(value, valueLength),
        valueType,
        revision,
        writtenMicros,
        writtenNanos,
        usedNanos,
        hasTtl,
        ttlWord,
        ttlNanos,
        creator,
        writer,
        lockHolder);
  }

  /** Undoes writes. An expiry that they put into an agenda stays and finds what is right then. */
  void restore(Saved saved) {
    store(saved.value, 0, saved.value.length, saved.valueType);
    stored = saved.stored;
    revision = saved.revision;
    writtenMicros = saved.writtenMicros;
    writtenNanos = saved.writtenNanos;
    usedNanos = saved.usedNanos;
    hasTtl = saved.hasTtl;
    ttlWord = saved.ttlWord;
    ttlNanos = saved.ttlNanos;
    creator = saved.creator;
    writer = saved.writer;
    lockHolder = saved.lockHolder;
  }

  /** Forgets the value. What remains: the revision, the route, and who is interested. */
  void clear() {
    stored = false;
    value = NO_VALUE;
    valueLength = 0;
    valueType = ValueLayout.NULL;
    writer = NO_VALUE;
    hasTtl = false;
    expiryTicket = 0;
    creator = null;
    dropHistory();
  }

  /** Bytes of a SNAPSHOT entry with writer and timestamp (wire.md 5.10). */
  int entryLength() {
    return 2 + name.length + 1 + valueLength + 8 + 1 + 2 + writer.length + 8;
  }

  /** Bytes of a SNAPSHOT entry with neither. */
  int shortEntryLength() {
    return 2 + name.length + 1 + valueLength + 8 + 1;
  }

  /** Writes the SNAPSHOT entry and returns the offset behind it. */
  int writeEntry(byte[] out, int offset, boolean withWriterAndTime) {
    int p = offset;
    Bytes.putU16(out, p, name.length);
    System.arraycopy(name, 0, out, p + 2, name.length);
    p += 2 + name.length;
    out[p++] = (byte) valueType;
    System.arraycopy(value, 0, out, p, valueLength);
    p += valueLength;
    Bytes.putI64(out, p, revision);
    p += 8;
    if (!withWriterAndTime) {
      out[p++] = 0;
      return p;
    }
    out[p++] = 3;
    Bytes.putU16(out, p, writer.length);
    System.arraycopy(writer, 0, out, p + 2, writer.length);
    p += 2 + writer.length;
    Bytes.putI64(out, p, writtenMicros);
    return p + 8;
  }

  /** Bytes of a SNAPSHOT entry for an earlier value: with its timestamp, without writer. */
  int pastEntryLength(int pastValueLength) {
    return 2 + name.length + 1 + pastValueLength + 8 + 1 + 8;
  }

  /** Writes the SNAPSHOT entry for an earlier value and returns the offset behind it. */
  int writePastEntry(byte[] out, int offset, History past, int index) {
    int p = offset;
    Bytes.putU16(out, p, name.length);
    System.arraycopy(name, 0, out, p + 2, name.length);
    p += 2 + name.length;
    out[p++] = (byte) past.type(index);
    int length = past.length(index);
    System.arraycopy(past.slots(), past.offset(index), out, p, length);
    p += length;
    Bytes.putI64(out, p, past.revision(index));
    p += 8;
    out[p++] = 2;
    Bytes.putI64(out, p, past.micros(index));
    return p + 8;
  }

  /**
   * Writes the payload of the SET that announces the current value and returns the offset behind
   * it.
   */
  int writeSet(byte[] out, int offset, int flags) {
    int p = offset;
    out[p++] = MessageType.SET;
    out[p++] = (byte) (flags | valueType);
    Bytes.putU16(out, p, name.length);
    System.arraycopy(name, 0, out, p + 2, name.length);
    p += 2 + name.length;
    System.arraycopy(value, 0, out, p, valueLength);
    p += valueLength;
    Bytes.putI64(out, p, revision);
    return p + 8;
  }

  @Override
  public String toString() {
    return new String(name, StandardCharsets.UTF_8);
  }
}
