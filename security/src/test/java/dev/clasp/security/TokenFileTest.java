package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.security.Ending.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

  private static final String A = "cpsk_aaaaaaaaaaaaaaaaaaaaaaaa";
  private static final String B = "cpsk_bbbbbbbbbbbbbbbbbbbbbbbb";

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private Path path = Path.of("");

  @BeforeEach
  void thePath() {
    path = folder.resolve("tokens");
  }

  /** Writes it for its owner only, at the time of the clock. */
  private void write(String... lines) throws IOException {
    Files.writeString(path, String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    Files.setLastModifiedTime(path, FileTime.from(clock.instant()));
  }

  private TokenFile open() {
    return new TokenFile(path, Scopes.NONE, clock);
  }

  private List<Ending> poll(TokenFile file) {
    clock.advance(Duration.ofMillis(400));
    List<Ending> endings = new ArrayList<>();
    file.poll(endings);
    return endings;
  }

  private static boolean knows(TokenFile file, String token) {
    return file.find(TokenDigest.of(token)).isPresent();
  }

  private static Ending ending(String token, Cause cause) {
    return new Ending(TokenDigest.of(token).id(), cause);
  }

  @Test
  void theFirstCharacterTellsTheFormat() throws Exception {
    write(A + " read:/a");
    assertThat(knows(open(), A)).isTrue();
    write(" \n {\"tokens\": {\"" + B + "\": {\"scopes\": [\"read:/a\"]}}}");
    assertThat(knows(open(), B)).isTrue();
  }

  @Test
  void aNewTokenIsKnownAtTheNextLook() throws Exception {
    write(A + " read:/a");
    TokenFile file = open();
    write(A + " read:/a", B + " read:/b");
    assertThat(poll(file)).isEmpty();
    assertThat(knows(file, B)).isTrue();
  }

  @Test
  void aTokenThatIsGoneHasEnded() throws Exception {
    write(A + " read:/a", B + " read:/b");
    TokenFile file = open();
    write(B + " read:/b");
    assertThat(poll(file)).containsExactly(ending(A, Cause.REVOKED));
    assertThat(knows(file, A)).isFalse();
    assertThat(poll(file)).isEmpty();
  }

  @Test
  void aTokenWithOtherRightsHasChanged() throws Exception {
    write(A + " read:/a", B + " read:/b subject=x");
    TokenFile file = open();
    write(A + " write:/a", B + " read:/b subject=y");
    assertThat(poll(file))
        .containsExactlyInAnyOrder(ending(A, Cause.CHANGED), ending(B, Cause.CHANGED));
  }

  @Test
  void aTokenWhoseTimeHasNotComeIsNoNews() throws Exception {
    write(A + " read:/a not_before=" + (clock.seconds() + 60));
    TokenFile file = open();
    assertThat(poll(file)).isEmpty();
    assertThat(poll(file)).isEmpty();
    clock.advance(Duration.ofSeconds(60));
    assertThat(poll(file)).isEmpty();
    write(A + " read:/a not_before=" + (clock.seconds() + 60));
    assertThat(poll(file)).as("put off").containsExactly(ending(A, Cause.CHANGED));
    assertThat(poll(file)).as("once").isEmpty();
  }

  @Test
  void aTokenWithAnotherExpiryEndsThen() throws Exception {
    long later = clock.seconds() + 1000;
    write(A + " read:/a expires=" + later, B + " read:/b expires=" + later);
    TokenFile file = open();
    write(A + " read:/a", B + " read:/b expires=" + (clock.seconds() + 60));
    assertThat(poll(file)).isEmpty();
    clock.advance(Duration.ofSeconds(60));
    assertThat(poll(file)).containsExactly(ending(B, Cause.EXPIRED));
    clock.advance(Duration.ofSeconds(1000));
    assertThat(poll(file)).isEmpty();
  }

  @Test
  void aTokenExpiresOnTheSecondAndOnce() throws Exception {
    write(A + " read:/a expires=" + (clock.seconds() + 10));
    TokenFile file = open();
    clock.advance(Duration.ofMillis(9_500));
    assertThat(poll(file)).isEmpty();
    assertThat(poll(file)).containsExactly(ending(A, Cause.EXPIRED));
    assertThat(poll(file)).isEmpty();
    // Still known, so that its owner is told that it has expired.
    assertThat(knows(file, A)).isTrue();
  }

  @Test
  void aBrokenFileChangesNothingUntilItIsRepaired() throws Exception {
    write(A + " read:/a");
    TokenFile file = open();
    write(B + " nonsense");
    assertThat(poll(file)).isEmpty();
    assertThat(poll(file)).isEmpty();
    assertThat(knows(file, A)).isTrue();
    assertThat(knows(file, B)).isFalse();
    write(B + " read:/b");
    assertThat(poll(file)).containsExactly(ending(A, Cause.REVOKED));
    assertThat(knows(file, B)).isTrue();
  }

  @Test
  void aFileThatIsGoneChangesNothing() throws Exception {
    write(A + " read:/a");
    TokenFile file = open();
    Files.delete(path);
    assertThat(poll(file)).isEmpty();
    assertThat(knows(file, A)).isTrue();
    write(B + " read:/b");
    assertThat(poll(file)).containsExactly(ending(A, Cause.REVOKED));
  }

  @Test
  void aSecondChangeWithinTheSameTickOfTheFileSystemIsSeen() throws Exception {
    write(A + " read:/a");
    FileTime time = Files.getLastModifiedTime(path);
    TokenFile file = open();
    write(A + " read:/b");
    Files.setLastModifiedTime(path, time);
    assertThat(poll(file)).containsExactly(ending(A, Cause.CHANGED));
  }

  @Test
  void writingTheSameAgainIsNoChange() throws Exception {
    write(A + " read:/a");
    TokenFile file = open();
    clock.advance(Duration.ofMinutes(1));
    write(A + " read:/a");
    assertThat(poll(file)).isEmpty();
  }

  @Test
  void aFileThatOthersCanReadIsWarnedOfAndOneThatTheyCanWriteIsRefused() throws Exception {
    write(A + " read:/a");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(SecretFiles.exposure(path)).singleElement().asString().contains("chmod 600");
    assertThat(knows(open(), A)).isTrue();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining("token file " + path)
        .withMessageContaining("can write it");
  }

  @Test
  void takingTheRightToWriteFromOthersRepairsAFile() throws Exception {
    write(A + " read:/a");
    TokenFile file = open();
    write(B + " read:/b");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    clock.advance(Duration.ofMinutes(1));
    assertThat(poll(file)).isEmpty();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    assertThat(poll(file)).containsExactly(ending(A, Cause.REVOKED));
  }

  @Test
  void aGroupOrAFolderThatCanChangeTheFileIsWarnedOf() throws Exception {
    write(A + " read:/a");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    assertThat(SecretFiles.exposure(path)).singleElement().asString().contains("its group");
    write(A + " read:/a");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(SecretFiles.exposure(path)).singleElement().asString().contains("its folder");
  }

  @Test
  void whatCannotBeReadIsNamed() throws Exception {
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining("token file " + path)
        .withMessageContaining("no such file");
    Files.createDirectory(path);
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining("no ordinary file");
    Files.delete(path);
    Files.write(path, new byte[] {'c', (byte) 0xFF});
    assertThatExceptionOfType(TokenFormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining("not UTF-8");
  }
}
