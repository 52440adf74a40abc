package dev.clasp.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder in which one server keeps its state (docs/persistence.md), locked against others.
 *
 * <p>A state file has a number; the highest one holds. A new one is written under another name and
 * takes its own when it is complete and on the disk, so there is a whole one at any moment. Only
 * the owner may read what is in here. Not thread-safe.
 */
final class StateFolder implements AutoCloseable {

  private static final Pattern STATE = Pattern.compile("state-(\\d{1,18})\\.clasp");

  /** The server before this one has written everything. */
  private static final String CLEAN = "clean";

  private final Path folder;
  private final boolean posix;
  private final FileChannel lockFile;

  /** A state file and its number. */
  record Numbered(long number, Path file) {}

  private StateFolder(Path folder, boolean posix, FileChannel lockFile) {
    this.folder = folder;
    this.posix = posix;
    this.lockFile = lockFile;
  }

  /**
   * Opens the folder and makes it if it is not there.
   *
   * @throws ServerException it is no folder, cannot be written, or another server has it
   */
  static StateFolder open(Path folder) {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      Path existing =
          Files.isDirectory(folder) ? folder : Files.createDirectories(folder, mode(posix, 7));
      FileChannel lockFile =
          FileChannel.open(
              existing.resolve("lock"),
              EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              mode(posix, 6));
      if (tryLock(lockFile).isEmpty()) {
        lockFile.close();
        throw new ServerException(
            "the state in "
                + folder
                + " belongs to another server that is running: stop it, or give this one a folder"
                + " of its own");
      }
      StateFolder opened = new StateFolder(existing, posix, lockFile);
      opened.tidy();
      return opened;
    } catch (FileAlreadyExistsException e) {
      throw new ServerException("cannot keep the state in " + folder + ": it is not a folder", e);
    } catch (IOException e) {
      throw new ServerException("cannot keep the state in " + folder + ": " + reason(e), e);
    }
  }

  private static Optional<FileLock> tryLock(FileChannel file) throws IOException {
    try {
      return Optional.ofNullable(file.tryLock());
    } catch (OverlappingFileLockException e) {
      // Another server in this process.
      return Optional.empty();
    }
  }

  /** Read and write for the owner only. */
  private static FileAttribute<?>[] mode(boolean posix, int owner) {
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(
              PosixFilePermissions.fromString(owner == 7 ? "rwx------" : "rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** What was begun and not finished is of no use. */
  private void tidy() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".new")).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The sentence for people: what is wrong, without the name of the file in front if possible. */
  static String reason(IOException e) {
    String message = e.getMessage();
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.NoSuchFileException _ -> "it is not there any more";
      case java.nio.file.NotDirectoryException _ -> "it is not a folder";
      case java.nio.file.FileSystemException f when f.getReason() != null ->
          String.valueOf(f.getReason()).toLowerCase(Locale.ROOT);
      case java.nio.file.FileSystemException f -> f.getClass().getSimpleName() + " " + message;
      default -> message == null ? e.getClass().getSimpleName() : message;
    };
  }

  Path path() {
    return folder;
  }

  /** State files, the newest first. */
  List<Numbered> files() throws IOException {
    List<Numbered> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = STATE.matcher(file.getFileName().toString());
        if (name.matches()) {
          all.add(new Numbered(Long.parseLong(name.group(1)), file));
        }
      }
    }
    all.sort(Comparator.comparingLong(Numbered::number).reversed());
    return all;
  }

  /** A file for the next state; it has its name when {@link #complete} is called. */
  FileChannel begin(long number) throws IOException {
    Path file = folder.resolve(name(number) + ".new");
    Files.deleteIfExists(file);
    return FileChannel.open(
        file, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode(posix, 6));
  }

  /** What was begun is on the disk and holds from now on; older ones go. */
  void complete(long number) throws IOException {
    Files.move(
        folder.resolve(name(number) + ".new"),
        folder.resolve(name(number)),
        StandardCopyOption.ATOMIC_MOVE);
    forceFolder();
    for (Numbered other : files()) {
      if (other.number() != number) {
        Files.delete(other.file());
      }
    }
  }

  /** Keeps a damaged file for a look, under a name that is never read again. */
  Path setAside(Path file) throws IOException {
    for (int i = 1; ; i++) {
      Path aside = folder.resolve(file.getFileName() + ".damaged-" + i);
      if (!Files.exists(aside)) {
        // A copy: until the next one is complete, this is the state.
        Files.copy(file, aside, StandardCopyOption.COPY_ATTRIBUTES);
        return aside;
      }
    }
  }

  /** Whether the server before this one ended in order; says from now on that it did not. */
  boolean takeClean() throws IOException {
    boolean clean = Files.deleteIfExists(folder.resolve(CLEAN));
    if (clean) {
      forceFolder();
    }
    return clean;
  }

  /** Everything is written. */
  void markClean() throws IOException {
    Path clean = folder.resolve(CLEAN);
    if (!Files.exists(clean)) {
      Files.createFile(clean, mode(posix, 6));
    }
    forceFolder();
  }

  private static String name(long number) {
    return "state-" + number + ".clasp";
  }

  /** Renames survive a power cut only when the folder is on the disk too. */
  private void forceFolder() throws IOException {
    if (posix) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
