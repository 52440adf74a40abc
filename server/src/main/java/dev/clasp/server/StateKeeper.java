package dev.clasp.server;

import dev.clasp.router.RouterState;
import dev.clasp.router.spi.RouterClock;
import dev.clasp.router.spi.StateChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the parameters of a router in a folder, so that they outlive it.
 *
 * <p>A state file begins with everything there was and goes on with what changed since: each flush
 * appends the newest value of each address that changed, and waits for the disk. When the changes
 * take more room than the values, or when writing has failed, a new file is begun. A fader that
 * moves costs one record per flush, however many other values there are.
 *
 * <p>Nothing here ever holds up a loop: the router notes what changes, and a thread of its own
 * writes. When that fails, it says so once a minute, tries again with a whole file, and routing
 * goes on.
 *
 * <p>{@link #load} before the first connection; then {@link #flush} and {@link #close}, by one
 * thread at a time.
 */
final class StateKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StateKeeper.class);

  private static final long MINUTE = 60_000_000_000L;

  /** A file is not begun anew for less. */
  private static final long SMALL = 4L << 20;

  /**
   * Revisions that are skipped when the last server did not end in order: more than anybody can
   * write between two flushes. So nobody sees a revision twice for two values.
   */
  private static final long SKIPPED = 1L << 32;

  /** More bytes at the end than this that are no records are no write that was cut off. */
  private static final long LONG_TAIL = 1L << 20;

  /** Changes put back at a time. */
  private static final int PIECE = 4096;

  private final RouterState state;
  private final StateFolder folder;
  private final RouterClock clock;
  private final long small;

  private @Nullable StateWriter writer;
  private long number;

  /** Bytes of the whole state at the begin of the file. */
  private long wholeBytes;

  private boolean wholeWanted = true;
  private boolean failing;
  private long lastComplaint;
  private long lastTry;
  private volatile Status status = new Status(Optional.empty(), 0, 0, 0);
  private final Timings timings = new Timings();
  private final LongAdder failures = new LongAdder();

  /**
   * How it goes. Any thread.
   *
   * @param failure why nothing can be written now
   * @param bytes length of the state file
   * @param writtenMicros Unix time up to which all changes are on the disk; 0 = never yet
   * @param failingSinceMicros Unix time since which nothing can be written; 0 = it can
   */
  record Status(
      Optional<String> failure, long bytes, long writtenMicros, long failingSinceMicros) {}

  StateKeeper(RouterState state, StateFolder folder, RouterClock clock) {
    this(state, folder, clock, SMALL);
  }

  /**
   * @param small bytes of changes for which no new file is begun
   */
  StateKeeper(RouterState state, StateFolder folder, RouterClock clock, long small) {
    this.state = state;
    this.folder = folder;
    this.clock = clock;
    this.small = small;
  }

  Path path() {
    return folder.path();
  }

  Status status() {
    return status;
  }

  /** How long it takes to write what has changed. */
  Timings timings() {
    return timings;
  }

  /** Writes that failed. */
  long failures() {
    return failures.sum();
  }

  // --- at the start ------------------------------------------------------------------------------

  /**
   * Puts back what is in the folder, and begins to note what changes.
   *
   * @param restore puts a piece back, on the thread of a lane, and is done when it returns
   * @throws ServerException the folder cannot be read
   */
  void load(BiFunction<RouterState, List<StateChange>, RouterState.Restored> restore) {
    try {
      boolean clean = folder.takeClean();
      List<StateFolder.Numbered> files = folder.files();
      if (!files.isEmpty()) {
        StateFolder.Numbered newest = files.getFirst();
        number = newest.number();
        read(newest.file(), clean, restore);
      }
    } catch (IOException e) {
      throw new ServerException(
          "cannot read the state in " + folder.path() + ": " + StateFolder.reason(e), e);
    }
    state.track();
  }

  private void read(
      Path file,
      boolean clean,
      BiFunction<RouterState, List<StateChange>, RouterState.Restored> restore)
      throws IOException {
    Pieces pieces = new Pieces(restore);
    StateReader.Summary summary;
    long length;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      length = channel.size();
      summary =
          StateReader.read(
              channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena), pieces::add);
      pieces.flush();
    }
    state.raiseFloors(summary.floor(), clean ? 0 : summary.floor() + SKIPPED);
    long tail = length - summary.goodBytes();
    if (summary.damaged() > 0 || summary.goodBytes() == 0 || tail > LONG_TAIL) {
      LOG.error(
          "the state file {} is damaged, {} places in the middle and {} bytes at the end, from byte {}"
              + " on: the values there are lost; a copy is kept as {}",
          file,
          summary.damaged(),
          tail,
          summary.damaged() > 0 ? summary.firstDamage() : summary.goodBytes(),
          folder.setAside(file).getFileName());
    } else if (tail > 0) {
      LOG.warn(
          "the state file {} ends with {} bytes that were not completely written: left out",
          file,
          tail);
    }
    RouterState.Restored sum = pieces.sum;
    LOG.info(
        "restored {} values from {}{}{}",
        state.size(),
        file,
        sum.expired() > 0 ? ", " + sum.expired() + " had expired" : "",
        clean ? "" : "; the server before did not end in order");
    if (sum.refused() > 0) {
      LOG.error(
          "{} values of {} do not fit into this router, see --max-parameters and --max-state; a copy"
              + " of the file is kept as {}",
          sum.refused(),
          file,
          folder.setAside(file).getFileName());
    }
  }

  /** Changes on their way back to the router. */
  private final class Pieces {
    private final BiFunction<RouterState, List<StateChange>, RouterState.Restored> restore;
    private final List<StateChange> waiting = new ArrayList<>(PIECE);
    private RouterState.Restored sum = new RouterState.Restored(0, 0, 0);

    Pieces(BiFunction<RouterState, List<StateChange>, RouterState.Restored> restore) {
      this.restore = restore;
    }

    void add(StateChange change) {
      waiting.add(change);
      if (waiting.size() == PIECE) {
        flush();
      }
    }

    void flush() {
      if (!waiting.isEmpty()) {
        sum = sum.plus(restore.apply(state, waiting));
        waiting.clear();
      }
    }
  }

  // --- meanwhile ---------------------------------------------------------------------------------

  /**
   * Writes what has changed since the last time, if anything has, and waits for the disk. After a
   * failure it tries again every ten seconds.
   */
  void flush() {
    long now = clock.nanos();
    if (failing && now - lastTry < MINUTE / 6) {
      return;
    }
    lastTry = now;
    try {
      write(now);
    } catch (RuntimeException e) {
      // A mistake of this program: the next try begins anew.
      wholeWanted = true;
      LOG.error("writing the state failed", e);
    }
  }

  private void write(long now) {
    long micros = clock.unixMicros();
    try {
      StateWriter open = writer;
      if (wholeWanted || open == null || open.length() > small + 2 * wholeBytes) {
        begin();
      } else {
        append(open);
      }
      timings.record(clock.nanos() - now);
      succeeded(micros);
    } catch (IOException e) {
      failed(e, now);
    } catch (UncheckedIOException e) {
      failed(Objects.requireNonNullElseGet(e.getCause(), () -> new IOException(e)), now);
    }
  }

  private void append(StateWriter open) throws IOException {
    long before = open.records();
    if (!state.changes(open)) {
      begin();
    } else if (open.records() > before) {
      open.force();
    }
  }

  /** Begins a new file with everything. */
  private void begin() throws IOException {
    long next = number + 1;
    wholeWanted = true;
    StateWriter old = writer;
    StateWriter fresh = new StateWriter(folder.begin(next));
    try {
      // What was noted up to now is part of everything.
      state.changes(_ -> {});
      fresh.head();
      fresh.floor(state.everything(fresh));
      wholeBytes = fresh.length();
      // What has changed meanwhile.
      wholeWanted = !state.changes(fresh);
      fresh.force();
      folder.complete(next);
    } catch (IOException | UncheckedIOException e) {
      fresh.close();
      wholeWanted = true;
      throw e;
    }
    number = next;
    writer = fresh;
    if (old != null) {
      old.close();
    }
  }

  private void succeeded(long micros) {
    StateWriter open = writer;
    status =
        new Status(
            Optional.empty(),
            open == null ? 0 : open.length(),
            wholeWanted ? status.writtenMicros() : micros,
            0);
    if (failing) {
      failing = false;
      LOG.info("the state is written to {} again", folder.path());
    }
  }

  private void failed(IOException e, long now) {
    // What was appended is of no use, perhaps only half of it is there.
    wholeWanted = true;
    String reason = StateFolder.reason(e);
    failures.increment();
    long since = failing ? status.failingSinceMicros() : clock.unixMicros();
    status = new Status(Optional.of(reason), status.bytes(), status.writtenMicros(), since);
    if (!failing || now - lastComplaint >= MINUTE) {
      lastComplaint = now;
      LOG.error(
          "cannot write the state to {}: {}. Routing goes on, but what is set now will not survive a"
              + " restart",
          folder.path(),
          reason);
    }
    failing = true;
  }

  // --- at the end --------------------------------------------------------------------------------

  /**
   * Writes what has changed and gives the folder back.
   *
   * @return false if it could not be written
   */
  boolean finish() {
    write(clock.nanos());
    if (!failing && wholeWanted) {
      write(clock.nanos());
    }
    boolean good = !failing && !wholeWanted;
    try {
      if (good) {
        folder.markClean();
      }
    } catch (IOException e) {
      // The next start skips some revisions for nothing.
      LOG.warn("cannot note in {} that everything is written: {}", path(), StateFolder.reason(e));
    }
    close();
    return good;
  }

  /** Gives the folder back, as it is. */
  @Override
  public void close() {
    StateWriter open = writer;
    if (open != null) {
      open.close();
      writer = null;
    }
    folder.close();
  }
}
