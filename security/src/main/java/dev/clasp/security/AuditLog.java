package dev.clasp.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: one line of JSON for each event, appended to a file that only its owner may read,
 * and forced to the disk. When the file is full it becomes {@code NAME.1}, that {@code NAME.2} and
 * so on; the oldest goes.
 *
 * <p>Whoever reports never waits: a thread of its own writes. What comes faster than the disk takes
 * it is counted and reported as {@code audit.lost} as soon as there is room. A disk that fails is
 * said once a minute in the ordinary log; events are kept as long as the queue has room.
 *
 * <p>With a chain each line has a number and the hash of the line before it, over all files and
 * starts; {@link AuditCheck} looks at them. A line of which a part is missing, because somebody
 * killed the server, gets a line end at the next start and stays as it is.
 */
public final class AuditLog implements Consumer<AuditEvent>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  static final int MAX_QUEUED = 8192;
  private static final int MAX_BATCH = 512;
  private static final long IDLE_MILLIS = 100;
  private static final long RETRY_MILLIS = 1000;
  private static final Duration COMPLAIN = Duration.ofMinutes(1);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /**
   * Where and how much.
   *
   * @param file its folder must exist
   * @param maxBytes of one file, at least 4096
   * @param keep older files kept, 0 to 1000
   * @param chain whether each line has a number and the hash of the one before
   */
  public record Settings(Path file, long maxBytes, int keep, boolean chain) {

    public static final long DEFAULT_MAX_BYTES = 10 << 20;
    public static final int DEFAULT_KEEP = 10;

    public Settings {
      if (maxBytes < 4096) {
        throw new IllegalArgumentException(
            "a file of the audit log needs at least 4096 bytes, not " + maxBytes);
      }
      if (keep < 0 || keep > 1000) {
        throw new IllegalArgumentException(
            "0 to 1000 older files of the audit log can be kept, not " + keep);
      }
    }

    /** Ten older files of 10 MiB each. */
    public static Settings of(Path file) {
      return new Settings(file, DEFAULT_MAX_BYTES, DEFAULT_KEEP, false);
    }

    public Settings withChain(boolean value) {
      return new Settings(file, maxBytes, keep, value);
    }
  }

  private final Settings settings;
  private final InstantSource clock;
  private final BlockingQueue<AuditEvent> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
  private final AtomicLong lost = new AtomicLong();
  private final Thread writer;

  // Writer only.
  private final AuditSampler sampler = new AuditSampler();
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private @Nullable FileChannel channel;
  private @Nullable Object fileKey;

  /** After the last line that is in a file; null without a chain. */
  private @Nullable AuditChain chain;

  private Instant complained = Instant.MIN;

  private volatile boolean closed;

  private AuditLog(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.writer = Thread.ofPlatform().daemon().name("clasp-audit").unstarted(this::writeForever);
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws IOException it cannot be written, or others may read it and that cannot be changed
   */
  public static AuditLog open(Settings settings, InstantSource clock) throws IOException {
    AuditLog log = new AuditLog(settings, clock);
    if (settings.chain()) {
      // The newest file may have none yet: then it goes on from the one before.
      Path before = log.older(1);
      log.chain =
          Files.exists(before)
              ? AuditChain.NEW.after(AuditChain.tail(before, AuditChain.TAIL))
              : AuditChain.NEW;
    }
    log.channel = log.openFile();
    log.writer.start();
    return log;
  }

  /** Takes note of an event; never waits. Any thread. */
  @Override
  public void accept(AuditEvent event) {
    if (!queue.offer(event)) {
      lost.incrementAndGet();
    }
  }

  /** Events that could not be taken so far and are not reported in the file yet. */
  public long lost() {
    return lost.get();
  }

  // --- writing -----------------------------------------------------------------------------------

  private void writeForever() {
    while (true) {
      try {
        if (waiting.isEmpty()) {
          take();
        }
        if (!waiting.isEmpty()) {
          write();
          complained = Instant.MIN;
        } else if (closed && queue.isEmpty()) {
          break;
        }
      } catch (IOException e) {
        complain(e);
        closeFile();
        if (closed) {
          LOG.error("{} events of the audit log are lost", waiting.size() + queue.size());
          break;
        }
        pause();
      } catch (InterruptedException e) {
        // Only close() ends this thread.
        LOG.debug("interrupted");
      }
    }
    closeFile();
  }

  /** Makes lines of what has come, after waiting a little if nothing has. */
  private void take() throws InterruptedException {
    AuditEvent first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    long missing = lost.getAndSet(0);
    if (missing > 0) {
      add(
          AuditEvent.of(
              clock.instant(),
              AuditEvent.Kind.LOST,
              AuditEvent.Result.FAILED,
              missing + " events came faster than they could be written"),
          0);
    }
    if (first == null) {
      return;
    }
    List<AuditEvent> batch = new ArrayList<>();
    batch.add(first);
    queue.drainTo(batch, MAX_BATCH - 1);
    for (AuditEvent event : batch) {
      switch (sampler.judge(event)) {
        case AuditSampler.Verdict.Write(long before) -> add(event, before);
        case AuditSampler.Verdict.LeaveOut _ -> {}
      }
    }
  }

  private void add(AuditEvent event, long leftOut) {
    waiting.add(AuditLine.of(event, leftOut).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the lines, each once, in pieces that fit into a file. */
  private void write() throws IOException {
    while (!waiting.isEmpty()) {
      // Before the lines are linked: what it ends with may be news.
      FileChannel file = present();
      AuditChain end = chain;
      int lines = 0;
      ByteArrayOutputStream piece = new ByteArrayOutputStream();
      for (byte[] event : waiting) {
        byte[] line = end == null ? event : end.link(event);
        if (lines > 0 && piece.size() + line.length > settings.maxBytes()) {
          break;
        }
        piece.writeBytes(line);
        end = end == null ? null : end.next(line);
        lines++;
      }
      append(roomFor(file, piece.size()), ByteBuffer.wrap(piece.toByteArray()));
      chain = end;
      for (int i = 0; i < lines; i++) {
        waiting.remove();
      }
    }
  }

  private static void append(FileChannel file, ByteBuffer piece) throws IOException {
    long start = file.size();
    try {
      while (piece.hasRemaining()) {
        int _ = file.write(piece);
      }
      file.force(false);
    } catch (IOException e) {
      // No half line: all of it is written again later.
      file.truncate(start);
      throw e;
    }
  }

  /** The file, opened again if it has been moved or deleted by somebody. */
  private FileChannel present() throws IOException {
    FileChannel file = channel;
    if (file == null || !file.isOpen() || !Objects.equals(fileKey, keyOfFile())) {
      closeFile();
      file = openFile();
      channel = file;
    }
    return file;
  }

  /** The file, or a new one if it has not room for so many bytes more. */
  private FileChannel roomFor(FileChannel present, int bytes) throws IOException {
    if (present.size() == 0 || present.size() + bytes <= settings.maxBytes()) {
      return present;
    }
    present.close();
    rotate();
    FileChannel file = openFile();
    channel = file;
    return file;
  }

  /** Tells a file from another of the same name; nothing where there is no such thing. */
  private @Nullable Object keyOfFile() {
    try {
      return Files.readAttributes(settings.file(), BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return e;
    }
  }

  private void rotate() throws IOException {
    if (settings.keep() == 0) {
      Files.delete(settings.file());
      return;
    }
    Files.deleteIfExists(older(settings.keep()));
    for (int i = settings.keep() - 1; i >= 1; i--) {
      if (Files.exists(older(i))) {
        Files.move(older(i), older(i + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(settings.file(), older(1), StandardCopyOption.REPLACE_EXISTING);
  }

  private Path older(int number) {
    return settings.file().resolveSibling(settings.file().getFileName() + "." + number);
  }

  private FileChannel openFile() throws IOException {
    Path file = settings.file();
    boolean posix =
        file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    FileChannel opened =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
            attributes);
    try {
      if (posix && !Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(file, OWNER_ONLY);
      }
      goOnFrom(file, opened);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    fileKey = keyOfFile();
    return opened;
  }

  private void goOnFrom(Path file, FileChannel opened) throws IOException {
    AuditChain before = chain;
    byte[] tail = AuditChain.tail(file, before == null ? 1 : AuditChain.TAIL);
    if (tail.length > 0 && tail[tail.length - 1] != '\n') {
      // Whoever wrote it was killed: what comes is a line of its own.
      int _ = opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
    }
    chain = before == null ? null : before.after(tail);
  }

  private void complain(IOException e) {
    Instant now = clock.instant();
    if (!complained.isAfter(now.minus(COMPLAIN))) {
      complained = now;
      LOG.error(
          "the audit log {} cannot be written, trying again: {}", settings.file(), e.toString());
    }
  }

  private void closeFile() {
    FileChannel file = channel;
    channel = null;
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      LOG.debug("closing the audit log", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      // close() wants an end: the loop sees it.
      LOG.debug("interrupted");
    }
  }

  /** Writes what has come so far, and ends. */
  @Override
  public void close() {
    closed = true;
    try {
      writer.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
