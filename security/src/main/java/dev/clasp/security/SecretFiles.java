package dev.clasp.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads and writes files that others must not read (SEC-16). Where a file system knows no owners
 * and permissions, nothing is checked.
 */
final class SecretFiles {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);

  private SecretFiles() {}

  /**
   * The content of an ordinary file.
   *
   * @throws TokenFormatException it is none, is too large, or cannot be read: a sentence that
   *     begins with what, for "FILE: …"
   */
  static byte[] read(Path file, int maxBytes) {
    try {
      if (!Files.exists(file)) {
        throw new TokenFormatException("there is no such file");
      }
      if (!Files.isRegularFile(file)) {
        throw new TokenFormatException("it is no ordinary file");
      }
      if (Files.size(file) > maxBytes) {
        throw new TokenFormatException("it has more than " + maxBytes + " bytes");
      }
      try (var in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(maxBytes + 1);
        if (bytes.length > maxBytes) {
          throw new TokenFormatException("it has more than " + maxBytes + " bytes");
        }
        return bytes;
      }
    } catch (IOException e) {
      throw new TokenFormatException("it cannot be read: " + reason(e));
    }
  }

  /** UTF-8, strictly. */
  static String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new TokenFormatException("it is not UTF-8 text");
    }
  }

  /** What an exception of the file system says, with its kind if it says nothing else. */
  static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such file"
        : e instanceof java.nio.file.AccessDeniedException
            ? "permission denied"
            : e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  /**
   * Sentences about who else could read the file.
   *
   * @throws TokenFormatException others could write it: whoever can may give himself every right
   */
  static List<String> exposure(Path file) {
    List<String> warnings = new ArrayList<>();
    try {
      Path real = file.toRealPath();
      Optional<Set<PosixFilePermission>> permissions = permissions(real);
      if (permissions.isEmpty()) {
        return warnings;
      }
      Set<PosixFilePermission> mode = permissions.get();
      if (mode.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new TokenFormatException(
            "everybody on this machine can write it, and so give themselves every right; run:"
                + " chmod 600 "
                + file);
      }
      if (mode.contains(PosixFilePermission.GROUP_WRITE)) {
        warnings.add(
            "its group can write it, and so give itself every right; run: chmod 600 " + file);
      } else if (mode.contains(PosixFilePermission.GROUP_READ)
          || mode.contains(PosixFilePermission.OTHERS_READ)) {
        warnings.add("others on this machine can read it; run: chmod 600 " + file);
      }
      Path folder = real.getParent();
      if (folder != null && othersReplaceIn(folder)) {
        warnings.add(
            "everybody on this machine can replace it in its folder; move it to one of your own,"
                + " with mode 700");
      }
    } catch (IOException e) {
      throw new TokenFormatException("it cannot be read: " + reason(e));
    }
    return warnings;
  }

  /** In a folder that everybody may write, unless it is like the one for temporary files. */
  private static boolean othersReplaceIn(Path folder) throws IOException {
    int stickyBit = 01000;
    return permissions(folder)
            .filter(set -> set.contains(PosixFilePermission.OTHERS_WRITE))
            .isPresent()
        && !(Files.getAttribute(folder, "unix:mode") instanceof Integer mode
            && (mode & stickyBit) != 0);
  }

  private static Optional<Set<PosixFilePermission>> permissions(Path path) throws IOException {
    try {
      return Optional.of(Files.getPosixFilePermissions(path));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Makes the folder, with mode 0700, if it is not there. */
  static void makeFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path above = folder.getParent();
    if (above != null) {
      Files.createDirectories(above);
    }
    try {
      if (posix(above == null ? Path.of("") : above)) {
        Files.createDirectory(folder, OWNER_ONLY_FOLDER);
      } else {
        Files.createDirectory(folder);
      }
    } catch (FileAlreadyExistsException e) {
      // Somebody else made it meanwhile.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** Opens a file for locking, made with mode 0600 if it is not there. */
  static FileChannel openLock(Path file) throws IOException {
    Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return posix(folderOf(file))
        ? FileChannel.open(file, options, OWNER_ONLY_FILE)
        : FileChannel.open(file, options);
  }

  /**
   * Replaces a file so that whoever reads sees the old content or the new one, also after a power
   * cut: writes beside it, forces that to the disk, and renames. Mode 0600, of the same owner as
   * before.
   */
  static void replace(Path file, byte[] content) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path folder = folderOf(target);
    boolean posix = posix(folder);
    Path temporary =
        posix
            ? Files.createTempFile(folder, ".clasp", ".tmp", OWNER_ONLY_FILE)
            : Files.createTempFile(folder, ".clasp", ".tmp");
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        out.force(true);
      }
      if (posix && Files.exists(target)) {
        // An administrator who edits the store of a service must not lock the service out.
        UserPrincipal owner = Files.getOwner(target);
        if (!owner.equals(Files.getOwner(temporary))) {
          Files.setOwner(temporary, owner);
        }
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (posix) {
      try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }

  private static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }

  private static boolean posix(Path folder) throws IOException {
    return Files.getFileStore(folder)
        .supportsFileAttributeView(java.nio.file.attribute.PosixFileAttributeView.class);
  }
}
